package acrisol;

import java.io.ByteArrayInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;

/** Runs tests and candidate in one process, below a parent that writes the report. */
public final class Child {
    private Child() {}

    private static final class Relay extends Report {
        private final DataOutputStream out = new DataOutputStream(new FileOutputStream(FileDescriptor.out));

        Relay() {
            super("");
        }

        @Override
        synchronized void result(String test, String outcome, String message, int line, String path) {
            try {
                out.writeBoolean(true);
                out.writeUTF(cut(test));
                out.writeUTF(outcome);
                out.writeUTF(cut(message));
                out.writeInt(line);
                out.writeUTF(path);
            } catch (IOException error) {
                throw new IllegalStateException(error);
            }
        }

        @Override
        void end(String gone, String junit) {
            try {
                out.writeBoolean(false);
                out.writeUTF(junit == null ? "" : junit);
            } catch (IOException error) {
                throw new IllegalStateException(error);
            }
        }

        private static String cut(String text) {
            return text.substring(0, Math.min(text.length(), 10_000));
        }
    }

    /** The argument is the folder of the order. */
    public static void main(String[] arguments) throws Exception {
        Order order = Order.read(Path.of(arguments[0]));
        System.setIn(new ByteArrayInputStream(new byte[0]));
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        System.setErr(System.out);
        Report report = new Relay();
        String junit = Tests.run(order, Child.class.getClassLoader(), report);
        report.end(null, junit);
        Runtime.getRuntime().halt(0);
    }
}
