package acrisol;

import java.util.List;

/** Requests and answers over a peer, the same on both sides. */
final class Wire {
    static final int CALL = 1;
    static final int CREATE = 2;
    static final int FIELD = 3;
    static final int DEFAULT = 4;
    static final int READ = 5;
    static final int PING = 6;

    private static final int RETURNED = 0;
    private static final int THROWN = 1;
    private static final int UNCARRIED = 2;
    private static final int OUT_OF_MEMORY = 3;

    /** What a side does when it is asked. */
    interface Performer {
        Object perform(int what, String key, Object receiver, Object[] arguments) throws Throwable;
    }

    private final Objects side;
    private final Mirror mirror;
    private final Performer performer;
    private final Printed printed;
    Peer peer;

    /** {@code printed}: what the guest has printed since; on the judge null. */
    Wire(Objects side, Mirror mirror, Performer performer, Printed printed) {
        this.side = side;
        this.mirror = mirror;
        this.performer = performer;
        this.printed = printed;
    }

    /** Asks the other side for something; throws what it threw. */
    Object ask(int what, String key, Object receiver, Object[] arguments) {
        Encoder out = new Encoder(side, List.of());
        begin(out);
        out.octet(what);
        out.text(key);
        out.value(receiver);
        out.values(arguments);
        mirror.write(out);
        Decoder in;
        try {
            in = new Decoder(side, peer.ask(out.bytes()), out.known);
        } catch (InterruptedException error) {
            throw Wire.<RuntimeException>sneak(error);
        }
        return answer(in, out.known);
    }

    private Object answer(Decoder in, List<Object> sent) {
        int status;
        Object value;
        try {
            print(in);
            Changes.read(in, sent);
            status = in.octet();
            value = status == OUT_OF_MEMORY ? null : in.value();
            mirror.read(in);
            if (!in.done() || status == THROWN && !(value instanceof Throwable)) {
                throw new Broken("an answer of a bad form");
            }
        } catch (RuntimeException error) { // such as a null where a collection takes none
            peer.end("broke the protocol of the link: " + error);
            throw new Gone(peer.gone());
        } catch (OutOfMemoryError error) {
            peer.end("made the tests run out of memory by what it answered");
            throw new Gone(peer.gone());
        }
        switch (status) {
            case RETURNED:
                return value;
            case THROWN:
                throw Wire.<RuntimeException>sneak((Throwable) value);
            case UNCARRIED:
                throw new Uncarried(String.valueOf(value));
            default:
                peer.end("ran out of memory");
                throw new Gone(peer.gone());
        }
    }

    /** Answers a request. */
    byte[] serve(byte[] request) {
        Decoder in = new Decoder(side, request, List.of());
        Changes changes = null;
        try {
            print(in);
            int what = in.octet();
            String key = in.text();
            Object receiver = in.value();
            Object[] arguments = in.values();
            mirror.read(in);
            changes = new Changes(in.known);
            Object result = performer.perform(what, key, receiver, arguments);
            return reply(in, changes, RETURNED, result);
        } catch (OutOfMemoryError error) {
            return reply(in, null, OUT_OF_MEMORY, null);
        } catch (Uncarried error) {
            return reply(in, null, UNCARRIED, error.getMessage());
        } catch (Gone error) {
            throw error;
        } catch (Broken error) {
            if (printed == null) {
                peer.end("broke the protocol of the link: " + error.getMessage());
                throw new Gone(peer.gone());
            }
            return reply(in, null, UNCARRIED, error.getMessage());
        } catch (Throwable error) { // whatever was thrown is the other side's to see
            return thrown(in, changes, error);
        }
    }

    private byte[] thrown(Decoder in, Changes changes, Throwable error) {
        try {
            return reply(in, changes, THROWN, error);
        } catch (Uncarried problem) {
            return reply(in, null, UNCARRIED, problem.getMessage());
        } catch (OutOfMemoryError problem) {
            return reply(in, null, OUT_OF_MEMORY, null);
        }
    }

    private byte[] reply(Decoder in, Changes changes, int status, Object value) {
        Encoder out = new Encoder(side, in.known);
        begin(out);
        if (changes == null) {
            out.number(0);
        } else {
            changes.write(out);
        }
        out.octet(status);
        if (status != OUT_OF_MEMORY) {
            out.value(value);
        }
        if (changes == null) {
            out.octet(0);
        } else {
            mirror.write(out);
        }
        return out.bytes();
    }

    private void begin(Encoder out) {
        if (printed != null) {
            printed.write(out);
        }
    }

    private void print(Decoder in) {
        if (printed == null) {
            byte[] said = in.raw();
            byte[] complained = in.raw();
            System.out.write(said, 0, said.length);
            System.err.write(complained, 0, complained.length);
        }
    }

    @SuppressWarnings("unchecked")
    static <T extends Throwable> T sneak(Throwable error) throws T {
        throw (T) error;
    }
}
