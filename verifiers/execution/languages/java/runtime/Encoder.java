package acrisol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.BaseStream;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Writes values for the link. Containers keep their identity within one exchange. */
final class Encoder {
    /** Containers of the exchange so far, in the order in which the other side meets them as well. */
    final List<Object> known;

    private final IdentityHashMap<Object, Integer> numbers = new IdentityHashMap<>();
    private final Objects side;
    private byte[] bytes = new byte[256];
    private int size;
    private int depth;

    Encoder(Objects side, List<Object> known) {
        this.side = side;
        this.known = new ArrayList<>(known);
        for (int number = 0; number < known.size(); number++) {
            numbers.put(known.get(number), number);
        }
    }

    byte[] bytes() {
        return java.util.Arrays.copyOf(bytes, size);
    }

    int size() {
        return size;
    }

    /** Forgets what was written since there were so many bytes and containers. */
    void cut(int to, int containers) {
        size = to;
        while (known.size() > containers) {
            numbers.remove(known.remove(known.size() - 1));
        }
    }

    private void need(int more) {
        if (size + more > bytes.length) {
            if (size + more > Tags.MAX_BYTES || more < 0) {
                throw new Uncarried("a value of more than 64 MB");
            }
            bytes = java.util.Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }

    void octet(int value) {
        need(1);
        bytes[size++] = (byte) value;
    }

    void number(int value) {
        need(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >> shift);
        }
    }

    void wide(long value) {
        number((int) (value >> 32));
        number((int) value);
    }

    void text(String value) {
        byte[] plain = value.getBytes(StandardCharsets.ISO_8859_1);
        boolean fits = new String(plain, StandardCharsets.ISO_8859_1).equals(value);
        number(fits ? plain.length : -1 - value.length());
        if (fits) {
            raw(plain);
            return;
        }
        need(value.length() * 2); // a half of a pair is kept as it is, which no charset does
        for (int at = 0; at < value.length(); at++) {
            bytes[size++] = (byte) (value.charAt(at) >> 8);
            bytes[size++] = (byte) value.charAt(at);
        }
    }

    void raw(byte[] value) {
        need(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
    }

    void values(Object[] all) {
        number(all.length);
        for (Object each : all) {
            value(each);
        }
    }

    void value(Object value) {
        if (++depth > Tags.MAX_DEPTH) {
            throw new Uncarried("a value nested deeper than " + Tags.MAX_DEPTH + " levels");
        }
        if (!scalar(value) && !container(value) && !wrapper(value)) {
            side.write(this, value);
        }
        depth--;
    }

    private boolean scalar(Object value) {
        if (value == null) {
            octet(Tags.NULL);
        } else if (value instanceof Boolean flag) {
            octet(flag ? Tags.TRUE : Tags.FALSE);
        } else if (value instanceof Integer whole) {
            octet(Tags.INT);
            number(whole);
        } else if (value instanceof String string) {
            string(string);
        } else if (value instanceof Long whole) {
            octet(Tags.LONG);
            wide(whole);
        } else if (value instanceof Double real) {
            octet(Tags.DOUBLE);
            wide(Double.doubleToRawLongBits(real));
        } else if (value instanceof Character character) {
            octet(Tags.CHAR);
            number(character);
        } else if (value instanceof Byte || value instanceof Short) {
            octet(value instanceof Byte ? Tags.BYTE : Tags.SHORT);
            number(((Number) value).intValue());
        } else if (value instanceof Float real) {
            octet(Tags.FLOAT);
            number(Float.floatToRawIntBits(real));
        } else if (value.getClass() == BigInteger.class) {
            octet(Tags.BIG_INTEGER);
            text(value.toString());
        } else if (value.getClass() == BigDecimal.class) {
            octet(Tags.BIG_DECIMAL);
            text(((BigDecimal) value).unscaledValue().toString());
            number(((BigDecimal) value).scale());
        } else {
            return false;
        }
        return true;
    }

    /** A text that comes back is the same object: tests that compare with {@code ==} rely on it. */
    private void string(String value) {
        Integer number = numbers.get(value);
        octet(number == null ? Tags.STRING : Tags.KNOWN);
        if (number != null) {
            number(number);
            return;
        }
        numbers.put(value, known.size());
        known.add(value);
        text(value);
    }

    private boolean container(Object value) {
        Integer number = numbers.get(value);
        if (number != null) {
            octet(Tags.KNOWN);
            number(number);
            return true;
        }
        if (side.named(value)) {
            return false;
        }
        if (value instanceof Collection<?> collection) {
            int kind = Kinds.of(collection);
            begin(value, Tags.COLLECTION);
            octet(kind);
            if (kind == Kinds.SORTED_SET || kind == Kinds.HEAP) {
                value(value instanceof PriorityQueue<?> heap ? heap.comparator() : ((SortedSet<?>) value).comparator());
            }
        } else if (value instanceof Map<?, ?> map) {
            int kind = Kinds.of(map);
            begin(value, Tags.MAP);
            octet(kind);
            if (kind == Kinds.SORTED_MAP) {
                value(((SortedMap<?, ?>) value).comparator());
            }
        } else if (value.getClass().isArray()) {
            begin(value, Tags.ARRAY);
            text(value.getClass().getComponentType().getName());
        } else if (value instanceof StringBuilder || value instanceof StringBuffer) {
            begin(value, Tags.BUILDER);
            octet(value instanceof StringBuilder ? 0 : 1);
        } else if (value instanceof BitSet) {
            begin(value, Tags.BITS);
        } else if (atomic(value) >= 0) {
            begin(value, Tags.ATOMIC);
            octet(atomic(value));
        } else {
            return false;
        }
        contents(value);
        return true;
    }

    private void begin(Object value, int tag) {
        numbers.put(value, known.size());
        known.add(value);
        octet(tag);
    }

    static int atomic(Object value) {
        return value instanceof AtomicInteger ? 0
                : value instanceof AtomicLong ? 1
                : value instanceof AtomicBoolean ? 2
                : value instanceof AtomicReference ? 3 : -1;
    }

    /** What is in a container now. */
    void contents(Object container) {
        if (container instanceof Collection<?> collection) {
            values(collection.toArray());
        } else if (container instanceof Map<?, ?> map) {
            values(Changes.flat(map));
        } else if (container instanceof byte[] octets) {
            number(octets.length);
            raw(octets);
        } else if (container.getClass().isArray()) {
            Arrays.write(this, container);
        } else if (container instanceof BitSet bits) {
            value(bits.toLongArray());
        } else if (atomic(container) >= 0) {
            value(Changes.held(container));
        } else {
            text(container.toString());
        }
    }

    private boolean wrapper(Object value) {
        if (value instanceof Optional<?> optional) {
            octet(Tags.OPTIONAL);
            value(optional.orElse(null));
        } else if (value instanceof OptionalInt optional) {
            octet(Tags.OPTIONAL_INT);
            value(optional.isPresent() ? optional.getAsInt() : null);
        } else if (value instanceof OptionalLong optional) {
            octet(Tags.OPTIONAL_LONG);
            value(optional.isPresent() ? optional.getAsLong() : null);
        } else if (value instanceof OptionalDouble optional) {
            octet(Tags.OPTIONAL_DOUBLE);
            value(optional.isPresent() ? optional.getAsDouble() : null);
        } else if (value instanceof Map.Entry<?, ?> entry && value.getClass().getClassLoader() == null) {
            octet(Tags.ENTRY);
            value(entry.getKey());
            value(entry.getValue());
        } else if (Tags.TEXT.containsKey(value.getClass().getName()) && value.getClass().getClassLoader() == null) {
            octet(Tags.AS_TEXT);
            text(value.getClass().getName());
            text(value.toString());
        } else if (value.getClass() == Date.class) {
            octet(Tags.DATE);
            wide(((Date) value).getTime());
        } else if (value instanceof Class<?> type) {
            octet(Tags.CLASS);
            text(type.getName());
        } else if (value == Comparator.reverseOrder()) {
            octet(Tags.REVERSE);
        } else if (value == String.CASE_INSENSITIVE_ORDER) {
            octet(Tags.IGNORE_CASE);
        } else if (value instanceof BaseStream<?, ?> stream) {
            octet(Tags.STREAM);
            boolean real = stream instanceof DoubleStream;
            octet(stream instanceof IntStream ? 1 : stream instanceof LongStream ? 2 : real ? 3 : 0);
            value(stream.iterator());
        } else if (value instanceof CompletableFuture<?> future) {
            Later.write(this, future);
        } else {
            return false;
        }
        return true;
    }
}
