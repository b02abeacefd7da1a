package acrisol;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Writes the report's lines to where the host reads them. */
class Report {
    private static final int MAX_MESSAGE = 2_000;
    private final String nonce;
    private final FileOutputStream out = new FileOutputStream(FileDescriptor.err);

    Report(String nonce) {
        this.nonce = nonce;
    }

    void result(String test, String outcome, String message, int line, String path) {
        write("\"test\":" + quoted(test) + ",\"outcome\":" + quoted(outcome) + ",\"message\":" + quoted(message)
                + ",\"line\":" + line + ",\"path\":" + quoted(path));
    }

    void end(String gone, String junit) {
        String versions = "{\"java\":" + quoted(System.getProperty("java.version"))
                + (junit == null ? "" : ",\"junit\":" + quoted(junit)) + "}";
        write("\"end\":true,\"gone\":" + (gone == null ? "null" : quoted(gone)) + ",\"versions\":" + versions);
    }

    private synchronized void write(String entry) {
        try {
            out.write(("{\"nonce\":" + quoted(nonce) + "," + entry + "}\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException error) {
            throw new IllegalStateException(error);
        }
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int at = 0; at < Math.min(text.length(), MAX_MESSAGE); at++) {
            char each = text.charAt(at);
            if (each < ' ' || each > '~' || each == '"' || each == '\\') {
                quoted.append(String.format("\\u%04x", (int) each));
            } else {
                quoted.append(each);
            }
        }
        return quoted.append('"').toString();
    }
}
