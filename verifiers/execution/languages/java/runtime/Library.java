package acrisol;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.tools.FileObject;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;

/** The compiler's view of files: declarations from an {@link Index}, classes that it writes in memory. */
final class Library implements JavaFileManager {
    /** A module of the platform. */
    private record Module(String name) implements Location {
        // A record's own hashCode and equals are linked at run time, which takes longer than a small compilation.
        @Override
        public int hashCode() {
            return name.hashCode();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Module module && module.name.equals(name);
        }

        @Override
        public String getName() {
            return "SYSTEM_MODULES[" + name + "]";
        }

        @Override
        public boolean isOutputLocation() {
            return false;
        }
    }

    private static final class Declared extends SimpleJavaFileObject {
        private static final URI NOWHERE = URI.create("index:/");
        private final Index.Entry entry;

        Declared(Index.Entry entry) {
            super(NOWHERE, Kind.CLASS);
            this.entry = entry;
        }

        @Override
        public String getName() {
            return entry.name();
        }

        @Override
        public boolean isNameCompatible(String simple, Kind kind) {
            return kind == Kind.CLASS && entry.name().substring(entry.name().lastIndexOf('.') + 1).equals(simple);
        }

        @Override
        public InputStream openInputStream() {
            return new ByteArrayInputStream(entry.block(), entry.offset(), entry.size());
        }
    }

    private static final class Written extends SimpleJavaFileObject {
        private final String name;
        private final Map<String, byte[]> classes;

        Written(String name, Map<String, byte[]> classes) {
            super(URI.create("memory:/" + Integer.toHexString(name.hashCode()) + ".class"), Kind.CLASS);
            this.name = name;
            this.classes = classes;
        }

        @Override
        public OutputStream openOutputStream() {
            return new ByteArrayOutputStream(4096) {
                @Override
                public void close() {
                    classes.put(name, toByteArray());
                }
            };
        }
    }

    private final Index index;
    private final boolean classPath;
    private final Set<String> modules;
    private final Map<String, List<JavaFileObject>> listed = new HashMap<>();
    private final Map<String, byte[]> written = new HashMap<>();

    Library(Index index, boolean classPath, Set<String> modules) {
        this.index = index;
        this.classPath = classPath;
        this.modules = modules;
    }

    /** What was compiled: binary name to class file. */
    Map<String, byte[]> written() {
        return written;
    }

    @Override
    public Iterable<JavaFileObject> list(Location location, String name, Set<JavaFileObject.Kind> kinds, boolean deep)
            throws IOException {
        if (!kinds.contains(JavaFileObject.Kind.CLASS)) {
            return List.of();
        }
        if (location instanceof Module module) {
            return declared(module.name, name);
        }
        return location == StandardLocation.CLASS_PATH && classPath ? declared("", name) : List.of();
    }

    private List<JavaFileObject> declared(String module, String name) throws IOException {
        String key = module + "/" + name;
        List<JavaFileObject> found = listed.get(key);
        if (found == null) {
            found = new ArrayList<>();
            for (Index.Entry entry : index.classes(module, name)) {
                found.add(new Declared(entry));
            }
            listed.put(key, found);
        }
        return found;
    }

    @Override
    public String inferBinaryName(Location location, JavaFileObject file) {
        return file instanceof Declared declared ? declared.entry.name() : null;
    }

    @Override
    public Iterable<Set<Location>> listLocationsForModules(Location location) {
        if (location != StandardLocation.SYSTEM_MODULES) {
            return List.of();
        }
        Set<Location> all = new java.util.LinkedHashSet<>();
        for (String name : index.modules()) {
            if (!name.isEmpty() && (modules.isEmpty() || modules.contains(name))) {
                all.add(new Module(name));
            }
        }
        return List.of(all);
    }

    @Override
    public String inferModuleName(Location location) {
        return location instanceof Module module ? module.name : null;
    }

    @Override
    public Location getLocationForModule(Location location, String name) {
        return location == StandardLocation.SYSTEM_MODULES ? new Module(name) : null;
    }

    @Override
    public Location getLocationForModule(Location location, JavaFileObject file) {
        return null;
    }

    @Override
    public boolean hasLocation(Location location) {
        return location instanceof Module
                || location == StandardLocation.SYSTEM_MODULES
                || location == StandardLocation.CLASS_OUTPUT
                || location == StandardLocation.CLASS_PATH;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
            Location location, String name, JavaFileObject.Kind kind, FileObject by) {
        return new Written(name, written);
    }

    @Override
    public boolean contains(Location location, FileObject file) {
        return location instanceof Module && file instanceof Declared;
    }

    @Override
    public boolean isSameFile(FileObject one, FileObject other) {
        return one == other;
    }

    @Override
    public JavaFileObject getJavaFileForInput(Location location, String name, JavaFileObject.Kind kind)
            throws IOException {
        if (kind == JavaFileObject.Kind.CLASS) {
            int dot = name.lastIndexOf('.');
            for (JavaFileObject file : list(location, dot < 0 ? "" : name.substring(0, dot), Set.of(kind), false)) {
                if (file.getName().equals(name)) {
                    return file;
                }
            }
        }
        return null;
    }

    @Override
    public FileObject getFileForInput(Location location, String within, String name) {
        return null;
    }

    @Override
    public FileObject getFileForOutput(Location location, String within, String name, FileObject by)
            throws IOException {
        throw new IOException("only classes are written");
    }

    @Override
    public ClassLoader getClassLoader(Location location) {
        return null;
    }

    @Override
    public boolean handleOption(String current, Iterator<String> remaining) {
        return false;
    }

    @Override
    public int isSupportedOption(String option) {
        return -1;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
