package acrisol;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The parent of a shared run: compiles tests and candidate, and writes the report of the child that runs both. */
public final class Together {
    private Together() {}

    /** Arguments: the folder of the order, then the command that starts the child. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Order order = Order.read(folder);
        PrintStream err = System.err;
        Map<String, byte[]> classes = Build.compile(order, true, err);
        if (classes == null) {
            Runtime.getRuntime().halt(Build.NOT_BUILT);
        }
        for (var one : classes.entrySet()) {
            Path file = folder.resolve("classes").resolve(one.getKey().replace('.', '/') + ".class");
            Files.createDirectories(file.getParent());
            Files.write(file, one.getValue());
        }
        err.println(Guest.BUILT);
        List<String> lines = new ArrayList<>(order.flags);
        order.classes.forEach((name, path) -> lines.add("class\t" + name + "\t" + path));
        order.mains.forEach(main -> lines.add("main\t" + main.type() + "\t" + main.id() + "\t" + main.path()));
        Files.write(folder.resolve("order.txt"), lines);
        List<String> command = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
        Process child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        child.getOutputStream().close();
        boolean ended = relay(new DataInputStream(child.getInputStream()), new Report(order.nonce));
        int code = child.waitFor();
        Runtime.getRuntime().halt(ended ? code : code == 0 ? 1 : code);
    }

    private static boolean relay(DataInputStream in, Report report) {
        try {
            while (in.readBoolean()) {
                report.result(in.readUTF(), in.readUTF(), in.readUTF(), in.readInt(), in.readUTF());
            }
            String junit = in.readUTF();
            report.end(null, junit.isEmpty() ? null : junit);
            return true;
        } catch (IOException error) {
            return false;
        }
    }
}
