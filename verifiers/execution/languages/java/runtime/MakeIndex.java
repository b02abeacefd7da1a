package acrisol;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import jdk.internal.org.objectweb.asm.ClassReader;
import jdk.internal.org.objectweb.asm.ClassVisitor;
import jdk.internal.org.objectweb.asm.ClassWriter;
import jdk.internal.org.objectweb.asm.FieldVisitor;
import jdk.internal.org.objectweb.asm.MethodVisitor;
import jdk.internal.org.objectweb.asm.Opcodes;

/**
 * Writes what a compiler needs to know of the platform and of JUnit into one file, at installation.
 *
 * <p>The compiler's own way to the platform's classes costs a third of a small program's compilation: it opens
 * the run-time image as a file system and lists it. Here declarations only, without code, lie in one file
 * that {@link Index} maps into memory.
 */
public final class MakeIndex {
    private static final int API = Opcodes.ASM8;

    private MakeIndex() {}

    /** Arguments: the file to write, then jars whose classes form the class path. */
    public static void main(String[] arguments) throws IOException {
        Map<String, Map<String, Map<String, byte[]>>> modules = new TreeMap<>();
        var image = FileSystems.getFileSystem(URI.create("jrt:/"));
        for (ModuleReference found : ModuleFinder.ofSystem().findAll()) {
            String name = found.descriptor().name();
            if (name.startsWith("java.") && !name.equals("java.smartcardio")) {
                modules.put(name, module(image.getPath("modules", name), found.descriptor()));
            }
        }
        Map<String, Map<String, byte[]>> path = modules.computeIfAbsent("", name -> new TreeMap<>());
        for (int position = 1; position < arguments.length; position++) {
            addJar(Path.of(arguments[position]), path);
        }
        write(Path.of(arguments[0]), modules);
    }

    private static Map<String, Map<String, byte[]>> module(Path root, ModuleDescriptor descriptor)
            throws IOException {
        Map<String, Map<String, byte[]>> packages = new TreeMap<>();
        packages.put("", Map.of("module-info", Files.readAllBytes(root.resolve("module-info.class"))));
        for (ModuleDescriptor.Exports exported : descriptor.exports()) {
            if (exported.isQualified()) {
                continue;
            }
            Map<String, byte[]> classes = new TreeMap<>();
            try (Stream<Path> files = Files.list(root.resolve(exported.source().replace('.', '/')))) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    String name = file.getFileName().toString();
                    if (name.endsWith(".class")) {
                        add(classes, name.substring(0, name.length() - 6), Files.readAllBytes(file));
                    }
                }
            }
            packages.put(exported.source(), classes);
        }
        return packages;
    }

    private static void addJar(Path path, Map<String, Map<String, byte[]>> packages) throws IOException {
        try (JarFile jar = new JarFile(path.toFile())) {
            for (var entry : (Iterable<java.util.jar.JarEntry>) jar.stream()::iterator) {
                String name = entry.getName();
                int slash = name.lastIndexOf('/');
                if (slash < 0 || !name.endsWith(".class") || name.startsWith("META-INF/")) {
                    continue;
                }
                byte[] bytes = jar.getInputStream(entry).readAllBytes();
                String within = name.substring(0, slash).replace('/', '.');
                var classes = packages.computeIfAbsent(within, key -> new TreeMap<>());
                add(classes, name.substring(slash + 1, name.length() - 6), bytes);
            }
        }
    }

    /** Adds a class's declarations; nothing of a class that no other may name. */
    private static void add(Map<String, byte[]> classes, String name, byte[] bytes) {
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(bytes).accept(new Declarations(writer), ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG);
        classes.put(name, writer.toByteArray());
    }

    private static final class Declarations extends ClassVisitor {
        private static final int HIDDEN = Opcodes.ACC_PRIVATE | Opcodes.ACC_SYNTHETIC;

        Declarations(ClassVisitor next) {
            super(API, next);
        }

        @Override
        public void visitPermittedSubclassExperimental(String name) {
            // The bundled library cannot write it; that a class of the platform's is sealed can be left out.
        }

        @Override
        public FieldVisitor visitField(int access, String name, String type, String signature, Object value) {
            return (access & HIDDEN) != 0 ? null : super.visitField(access, name, type, signature, value);
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] thrown) {
            boolean bridge = (access & Opcodes.ACC_BRIDGE) != 0;
            return (access & HIDDEN) != 0 && !bridge ? null : super.visitMethod(access, name, type, signature, thrown);
        }
    }

    /**
     * Layout: int packages; for each its module and name (UTF), the offset and size of its block; the blocks.
     * A block: int classes; for each its name (UTF) and size; the classes' bytes.
     */
    private static void write(Path file, Map<String, Map<String, Map<String, byte[]>>> modules) throws IOException {
        List<byte[]> blocks = new ArrayList<>();
        List<String[]> names = new ArrayList<>();
        for (var module : modules.entrySet()) {
            for (var inside : module.getValue().entrySet()) {
                names.add(new String[] {module.getKey(), inside.getKey()});
                blocks.add(block(inside.getValue()));
            }
        }
        int offset = head(names, blocks, 0).length;
        try (var out = Files.newOutputStream(file)) {
            out.write(head(names, blocks, offset));
            for (byte[] block : blocks) {
                out.write(block);
            }
        }
    }

    private static byte[] head(List<String[]> names, List<byte[]> blocks, int first) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(names.size());
        int offset = first;
        for (int position = 0; position < names.size(); position++) {
            out.writeUTF(names.get(position)[0]);
            out.writeUTF(names.get(position)[1]);
            out.writeInt(offset);
            out.writeInt(blocks.get(position).length);
            offset += blocks.get(position).length;
        }
        return bytes.toByteArray();
    }

    private static byte[] block(Map<String, byte[]> classes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(classes.size());
        for (var one : classes.entrySet()) {
            out.writeUTF(one.getKey());
            out.writeInt(one.getValue().length);
        }
        for (byte[] code : classes.values()) {
            out.write(code);
        }
        return bytes.toByteArray();
    }
}
