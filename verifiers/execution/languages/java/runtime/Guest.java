package acrisol;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/** Holds the candidate and does what the tests ask of it. */
public final class Guest {
    static final String BUILT = "acrisol: built";

    private Guest() {}

    /** Arguments: the folder of the order; {@code build} where nothing is to be run. */
    public static void main(String[] arguments) throws Exception {
        Order order = Order.read(Path.of(arguments[0]));
        Map<String, byte[]> classes = Build.compile(order, false, System.err);
        if (classes == null) {
            Runtime.getRuntime().halt(Build.NOT_BUILT);
        }
        System.err.println(BUILT);
        if (arguments.length > 1) {
            Runtime.getRuntime().halt(0);
        }
        serve(new Loader(classes, Guest.class.getClassLoader()), order);
    }

    private static void serve(Loader loader, Order order) {
        GuestSide side = new GuestSide(loader, order.shown);
        Mirror mirror = new Mirror(side);
        Printed printed = new Printed();
        Wire wire = new Wire(side, mirror, side, printed);
        FileInputStream in = new FileInputStream(FileDescriptor.in);
        Peer peer = new Peer(in, new FileOutputStream(FileDescriptor.out), 1, wire::serve);
        wire.peer = peer;
        side.mirror = mirror;
        side.wire = wire;
        System.setOut(new PrintStream(printed.out(), true));
        System.setErr(new PrintStream(printed.err(), true));
        System.setIn(new Input(wire));
        Thread.currentThread().setContextClassLoader(loader);
        peer.read();
        Runtime.getRuntime().halt(0);
    }

    /** What the tests have put into {@code System.in}. */
    private static final class Input extends InputStream {
        private final Wire wire;

        Input(Wire wire) {
            this.wire = wire;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int size) {
            if (size == 0) {
                return 0;
            }
            byte[] got = (byte[]) wire.ask(Wire.READ, "", null, new Object[] {size});
            System.arraycopy(got, 0, into, offset, got.length);
            return got.length == 0 ? -1 : got.length;
        }

        @Override
        public int available() {
            return (Integer) wire.ask(Wire.READ, "", null, new Object[0]);
        }
    }
}
