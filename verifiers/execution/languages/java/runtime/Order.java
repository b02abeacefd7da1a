package acrisol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the host wants done: the lines of {@code order.txt}, fields apart by tabs. */
final class Order {
    /** A source file: where its text lies, and what its author calls it. */
    record Source(Path file, String path) {}

    /** A program that is a test. */
    record Main(String type, String id, String path) {}

    final List<Source> sources = new ArrayList<>();
    final Set<String> shown = new LinkedHashSet<>();
    final Map<String, String> classes = new LinkedHashMap<>();
    final List<Main> mains = new ArrayList<>();
    final Set<String> flags = new LinkedHashSet<>();
    String nonce = "";

    /** Reads an order and, where it holds a secret, removes it. */
    static Order read(Path folder) throws IOException {
        Order order = new Order();
        Path file = folder.resolve("order.txt");
        for (String line : Files.readAllLines(file)) {
            String[] field = line.split("\t", -1);
            switch (field[0]) {
                case "nonce" -> order.nonce = field[1];
                case "source" -> order.sources.add(new Source(folder.resolve(field[1]), field[2]));
                case "shown" -> order.shown.add(field[1]);
                case "class" -> order.classes.put(field[1], field[2]);
                case "main" -> order.mains.add(new Main(field[1], field[2], field[3]));
                default -> order.flags.add(field[0]);
            }
        }
        if (!order.nonce.isEmpty()) {
            Files.delete(file);
        }
        return order;
    }

    /** Modules that the compiler sees; empty for all. */
    Set<String> modules() {
        return flags.contains("all-modules") ? Set.of() : Set.of("java.base");
    }
}
