package acrisol;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticListener;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles in memory, in this process. */
final class Build {
    /** Exit code of a program whose sources do not compile. */
    static final int NOT_BUILT = 97;

    private static final int MAX_MESSAGES = 100;
    private static final String INDEX = "../opt/acrisol/java/lib/index.bin"; // seen from /work
    private static final List<String> OPTIONS =
            List.of("-proc:none", "-g:source,lines", "-implicit:none", "-XDstringConcat=inline", "-XDuseUnsharedTable");

    private static final class Source extends SimpleJavaFileObject {
        private final String text;
        private final String path;
        private final boolean anyName;

        Source(int number, Order.Source source, boolean anyName) throws IOException {
            super(URI.create("source:/" + number + "/" + stem(source.path()) + ".java"), Kind.SOURCE);
            this.text = Files.readString(source.file());
            this.path = source.path();
            this.anyName = anyName;
        }

        private static String stem(String path) {
            String file = path.substring(path.lastIndexOf('/') + 1);
            String name = file.endsWith(".java") ? file.substring(0, file.length() - 5) : file;
            return name.chars().allMatch(each -> each < 128 && Character.isJavaIdentifierPart(each)) ? name : "Source";
        }

        @Override
        public String getName() {
            return path.substring(path.lastIndexOf('/') + 1); // what a stack trace shows
        }

        @Override
        public CharSequence getCharContent(boolean ignore) {
            return text;
        }

        @Override
        public boolean isNameCompatible(String simple, Kind kind) {
            return anyName || path.equals(simple + ".java") || path.endsWith("/" + simple + ".java");
        }
    }

    private static final class Messages implements DiagnosticListener<JavaFileObject> {
        private final PrintStream out;
        private int count;

        Messages(PrintStream out) {
            this.out = out;
        }

        @Override
        public void report(Diagnostic<? extends JavaFileObject> said) {
            if (said.getKind() == Diagnostic.Kind.NOTE || count++ >= MAX_MESSAGES) {
                return;
            }
            String kind = said.getKind() == Diagnostic.Kind.ERROR ? "error" : "warning";
            String path = said.getSource() instanceof Source source ? source.path : "";
            long line = Math.max(1, said.getLineNumber());
            long column = Math.max(1, said.getColumnNumber());
            String message = said.getMessage(Locale.ROOT).replace("\n", "\n  ");
            out.println(path + ":" + line + ":" + column + ": " + kind + ": [" + said.getCode() + "] " + message);
        }
    }

    private Build() {}

    /**
     * Compiles.
     *
     * @param tests whether JUnit and what stand-ins need can be used, and warnings are of no interest
     * @return binary names and class files; null if there were errors, which are on {@code out}
     */
    static Map<String, byte[]> compile(Order order, boolean tests, PrintStream out) throws IOException {
        List<JavaFileObject> sources = new ArrayList<>();
        for (Order.Source source : order.sources) {
            sources.add(new Source(sources.size(), source, tests || order.flags.contains("any-name")));
        }
        List<String> options = new ArrayList<>(OPTIONS);
        options.add(tests ? "-Xlint:none" : "-Xlint:divzero,empty,finally,static,unchecked,deprecation,removal");
        if (tests) {
            options.add("-nowarn");
        }
        Library library = new Library(new Index(INDEX), tests, order.modules());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try {
            boolean well = compiler.getTask(null, library, new Messages(out), options, null, sources).call();
            return well ? library.written() : null;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError error) {
            String first = order.sources.isEmpty() ? "" : order.sources.get(0).path();
            String name = error.getClass().getName();
            out.println(first + ":1:1: error: [compiler.ended] the compiler gave up on this code: " + name);
            return null;
        }
    }
}
