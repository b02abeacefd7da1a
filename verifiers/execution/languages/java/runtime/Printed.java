package acrisol;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;

/** What the candidate prints, until the next message takes it to the tests. */
final class Printed {
    private static final int MAX_BYTES = 4 << 20;

    private final Kept out = new Kept();
    private final Kept err = new Kept();

    private static final class Kept extends OutputStream {
        private ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private int total;

        @Override
        public synchronized void write(int octet) {
            if (total++ < MAX_BYTES) {
                kept.write(octet);
            }
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int size) {
            int most = Math.max(0, Math.min(size, MAX_BYTES - total));
            kept.write(bytes, offset, most);
            total += most;
        }

        synchronized byte[] take() {
            if (kept.size() == 0) {
                return NONE;
            }
            byte[] taken = kept.toByteArray();
            kept = new ByteArrayOutputStream();
            return taken;
        }

        private static final byte[] NONE = {};
    }

    OutputStream out() {
        return out;
    }

    OutputStream err() {
        return err;
    }

    void write(Encoder to) {
        for (Kept kept : new Kept[] {out, err}) {
            byte[] taken = kept.take();
            to.number(taken.length);
            to.raw(taken);
        }
    }
}
