package acrisol;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * One end of the link. Each thread that asks has a lane of its own, so that calls which wait for one another
 * (a queue's {@code take} for another thread's {@code put}) do not stand in each other's way.
 */
final class Peer {
    /** Answers requests of the other end. */
    interface Server {
        byte[] serve(byte[] request);
    }

    private static final int REQUEST = 0;
    private static final int REPLY = 1;
    private static final int MAX_LANES = 256;

    private record Frame(int kind, byte[] bytes) {}

    private static final Frame END = new Frame(-1, new byte[0]);

    private static final class Lane {
        final int id;
        final LinkedBlockingQueue<Frame> frames = new LinkedBlockingQueue<>();

        Lane(int id) {
            this.id = id;
        }
    }

    private final DataInputStream in;
    private final OutputStream out;
    private final Server server;
    private final Map<Integer, Lane> lanes = new ConcurrentHashMap<>();
    private final ArrayDeque<Lane> free = new ArrayDeque<>();
    private final ThreadLocal<Lane> current = new ThreadLocal<>();
    private int next;
    private volatile String gone;

    /** {@code first}: 0 for the judge, 1 for the guest, so that both number their lanes apart. */
    Peer(InputStream in, OutputStream out, int first, Server server) {
        this.in = new DataInputStream(new BufferedInputStream(in, 1 << 16));
        this.out = out;
        this.next = first;
        this.server = server;
    }

    /** Why the other end cannot answer; null while it can. */
    String gone() {
        return gone;
    }

    /** Ends all waiting: the first reason counts. */
    synchronized void end(String why) {
        if (gone == null) {
            gone = why;
        }
        lanes.values().forEach(lane -> lane.frames.add(END));
    }

    /** Asks and waits for the answer, serving what the other end asks meanwhile. */
    byte[] ask(byte[] request) throws InterruptedException {
        Lane bound = current.get();
        Lane lane = bound == null ? borrow() : bound;
        current.set(lane);
        boolean whole = false;
        try {
            send(lane.id, REQUEST, request);
            byte[] answer = null;
            while (answer == null) {
                answer = next(lane);
            }
            whole = true;
            return answer;
        } finally {
            if (bound == null) {
                current.remove();
            }
            if (!whole) {
                lanes.remove(lane.id);
            } else if (bound == null) {
                synchronized (free) {
                    free.push(lane);
                }
            }
        }
    }

    /** Takes one frame: a reply, or null after a request was served. */
    private byte[] next(Lane lane) throws InterruptedException {
        if (gone != null && lane.frames.isEmpty()) {
            throw new Gone(gone);
        }
        Frame frame = lane.frames.take();
        if (frame == END) {
            throw new Gone(gone);
        } else if (frame.kind == REPLY) {
            return frame.bytes;
        }
        send(lane.id, REPLY, server.serve(frame.bytes));
        return null;
    }

    private Lane borrow() {
        synchronized (free) {
            if (!free.isEmpty()) {
                return free.pop();
            }
            Lane lane = new Lane(next += 2);
            lanes.put(lane.id, lane);
            return lane;
        }
    }

    private void send(int lane, int kind, byte[] bytes) {
        ByteBuffer head = ByteBuffer.allocate(9 + bytes.length).putInt(lane).put((byte) kind);
        byte[] frame = head.putInt(bytes.length).put(bytes).array();
        try {
            synchronized (out) {
                out.write(frame);
                out.flush();
            }
        } catch (IOException error) {
            end("ended");
            throw new Gone(gone);
        }
    }

    /** Reads frames until the other end closes; runs in a thread of its own. */
    void read() {
        try {
            while (true) {
                int lane = in.readInt();
                int kind = in.readUnsignedByte();
                int size = in.readInt();
                if (size < 0 || size > Tags.MAX_BYTES || kind > REPLY) {
                    throw new Broken("a frame of a bad form");
                }
                deliver(lane, new Frame(kind, in.readNBytes(size)));
            }
        } catch (EOFException error) {
            end("was not there to the end");
        } catch (IOException | RuntimeException error) {
            end("broke the protocol of the link: " + error.getMessage());
        } catch (OutOfMemoryError error) {
            end("broke the protocol of the link: it wrote more than fits into memory");
        }
    }

    private void deliver(int id, Frame frame) {
        Lane lane = lanes.get(id);
        if (lane == null && frame.kind == REQUEST) {
            if ((id & 1) == (next & 1) || lanes.size() > MAX_LANES) {
                return; // an answer's lane that was given up, or one too many
            }
            lane = new Lane(id);
            lanes.put(id, lane);
            Lane fresh = lane;
            Thread worker = new Thread(null, () -> work(fresh), id == 2 ? "main" : "lane-" + id);
            worker.setDaemon(true);
            worker.start();
        }
        if (lane != null) {
            lane.frames.add(frame);
        }
    }

    private void work(Lane lane) {
        current.set(lane);
        try {
            while (true) {
                next(lane);
            }
        } catch (Gone | InterruptedException error) {
            lanes.remove(lane.id);
        }
    }
}
