package acrisol;

import java.io.DataInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Declarations of the platform's classes and of JUnit's, as {@link MakeIndex} wrote them. */
final class Index {
    /** A class in the index. */
    record Entry(String name, byte[] block, int offset, int size) {}

    private record Block(int offset, int size) {}

    /** Module name to its packages; the empty name holds the class path. */
    private final Map<String, Map<String, Block>> modules = new LinkedHashMap<>();

    private final Map<String, List<Entry>> read = new HashMap<>();
    private final RandomAccessFile file;

    Index(String path) throws IOException {
        file = new RandomAccessFile(path, "r");
        byte[] head = new byte[1 << 15];
        int size = file.read(head);
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(head, 0, size));
        int packages = in.readInt();
        for (int position = 0; position < packages; position++) {
            String module = in.readUTF();
            String name = in.readUTF();
            modules.computeIfAbsent(module, key -> new HashMap<>()).put(name, new Block(in.readInt(), in.readInt()));
        }
    }

    /** Names of the modules. */
    Iterable<String> modules() {
        return modules.keySet();
    }

    /** The classes of a package; none if it is not there. */
    List<Entry> classes(String module, String name) throws IOException {
        Block block = modules.getOrDefault(module, Map.of()).get(name);
        if (block == null) {
            return List.of();
        }
        List<Entry> known = read.get(name);
        if (known == null || name.isEmpty()) {
            known = load(block, name);
            read.put(name, known);
        }
        return known;
    }

    private List<Entry> load(Block block, String within) throws IOException {
        byte[] bytes = new byte[block.size];
        file.seek(block.offset);
        file.readFully(bytes);
        ByteArrayInputStream all = new ByteArrayInputStream(bytes);
        DataInputStream in = new DataInputStream(all);
        int count = in.readInt();
        List<Entry> entries = new ArrayList<>(count);
        String before = within.isEmpty() ? "" : within + ".";
        int offset = 0;
        for (int position = 0; position < count; position++) {
            String name = in.readUTF();
            int size = in.readInt();
            entries.add(new Entry(before + name, bytes, offset, size));
            offset += size;
        }
        int start = bytes.length - all.available();
        entries.replaceAll(entry -> new Entry(entry.name, bytes, start + entry.offset, entry.size));
        return entries;
    }
}
