package acrisol;

import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;

/** Runs the tests against stand-ins; the candidate is in another process, at the other end of the link. */
public final class Judge {
    private static FileChannel answers;
    private static Thread reader;

    private Judge() {}

    /** The argument is the folder of the order. */
    public static void main(String[] arguments) throws Exception {
        Order order = Order.read(Path.of(arguments[0]));
        PrintStream err = System.err;
        System.setIn(new ByteArrayInputStream(new byte[0]));
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        System.setErr(System.out);
        int code = 1;
        try {
            code = run(order, err);
        } catch (Throwable error) { // the host calls it a broken judge, with these words
            error.printStackTrace(err);
        } finally {
            leave();
            Runtime.getRuntime().halt(code); // threads that tests left running do not count
        }
    }

    private static int run(Order order, PrintStream err) throws Exception {
        JudgeSide[] side = new JudgeSide[1];
        Wire[] wire = new Wire[1];
        answers = new FileInputStream(FileDescriptor.in).getChannel();
        Peer peer = new Peer(Channels.newInputStream(answers), new FileOutputStream(FileDescriptor.out), 0,
                request -> wire[0].serve(request));
        reader = new Thread(null, peer::read, "link");
        reader.setDaemon(true);
        reader.start();
        Map<String, byte[]> classes = Build.compile(order, true, err);
        Loader loader = new Loader(classes == null ? Map.of() : classes, Judge.class.getClassLoader());
        side[0] = new JudgeSide(loader, order.shown);
        Mirror mirror = new Mirror(side[0]);
        side[0].mirror = mirror;
        wire[0] = new Wire(side[0], mirror, side[0], null);
        wire[0].peer = peer;
        Link.wire = wire[0];
        Link.side = side[0];
        Report report = new Report(order.nonce);
        if (!answers(wire[0])) {
            report.end(gone(peer), null); // it does not compile, most often: it says so itself
            return 0;
        }
        if (classes == null) {
            return Build.NOT_BUILT;
        }
        String junit = null;
        try {
            junit = Tests.run(order, loader, report);
        } catch (OutOfMemoryError error) {
            peer.end("made the tests run out of memory");
        }
        boolean there = peer.gone() == null && answers(wire[0]);
        report.end(there ? null : gone(peer), junit);
        return 0;
    }

    /**
     * Lets the reader of the link end: at its own end the virtual machine waits 0.3 s for a thread that reads.
     * Closing a channel, unlike closing a stream, wakes whoever reads from it.
     */
    private static void leave() throws Exception {
        if (reader != null) {
            answers.close();
            reader.join(100);
        }
    }

    private static String gone(Peer peer) {
        return peer.gone() == null ? "was not there to the end" : peer.gone();
    }

    private static boolean answers(Wire wire) {
        try {
            wire.ask(Wire.PING, "", null, new Object[0]);
            return wire.peer.gone() == null;
        } catch (Gone error) {
            return false;
        }
    }
}
