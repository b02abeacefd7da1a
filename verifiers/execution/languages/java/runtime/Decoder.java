package acrisol;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Reads values from the link. The bytes may be anything: every size is checked before memory is taken. */
final class Decoder {
    final List<Object> known;

    private final Objects side;
    private final byte[] bytes;
    private int at;
    private int depth;

    Decoder(Objects side, byte[] bytes, List<Object> known) {
        this.side = side;
        this.bytes = bytes;
        this.known = new ArrayList<>(known);
    }

    boolean done() {
        return at == bytes.length;
    }

    private void have(long size) {
        if (size < 0 || size > bytes.length - at) {
            throw new Broken("a value ends too early");
        }
    }

    int octet() {
        have(1);
        return bytes[at++] & 0xFF;
    }

    int number() {
        have(4);
        int value = 0;
        for (int count = 0; count < 4; count++) {
            value = value << 8 | bytes[at++] & 0xFF;
        }
        return value;
    }

    long wide() {
        return (long) number() << 32 | number() & 0xFFFFFFFFL;
    }

    /** A count of things that take at least {@code each} bytes. */
    int count(int each) {
        int count = number();
        have((long) count * each);
        if (count < 0) {
            throw new Broken("a negative size");
        }
        return count;
    }

    String text() {
        int size = number();
        if (size >= 0) {
            have(size);
            at += size;
            return new String(bytes, at - size, size, StandardCharsets.ISO_8859_1);
        }
        int length = -1 - size;
        have(2L * length);
        char[] characters = new char[length];
        for (int index = 0; index < length; index++) {
            characters[index] = (char) ((bytes[at++] & 0xFF) << 8 | bytes[at++] & 0xFF);
        }
        return new String(characters);
    }

    byte[] raw() {
        byte[] value = new byte[count(1)];
        System.arraycopy(bytes, at, value, 0, value.length);
        at += value.length;
        return value;
    }

    Object[] values() {
        Object[] all = new Object[count(1)];
        for (int index = 0; index < all.length; index++) {
            all[index] = value();
        }
        return all;
    }

    Object value() {
        if (++depth > Tags.MAX_DEPTH + 2) {
            throw new Broken("a value is nested too deeply");
        }
        int tag = octet();
        Object value = switch (tag) {
            case Tags.NULL -> null;
            case Tags.TRUE -> Boolean.TRUE;
            case Tags.FALSE -> Boolean.FALSE;
            case Tags.BYTE -> (Object) (byte) number();
            case Tags.SHORT -> (Object) (short) number();
            case Tags.CHAR -> (Object) (char) number();
            case Tags.INT -> (Object) number();
            case Tags.LONG -> (Object) wide();
            case Tags.FLOAT -> (Object) Float.intBitsToFloat(number());
            case Tags.DOUBLE -> (Object) Double.longBitsToDouble(wide());
            case Tags.STRING -> string();
            case Tags.BIG_INTEGER -> whole();
            case Tags.BIG_DECIMAL -> new BigDecimal(whole(), number());
            case Tags.MINE, Tags.YOURS, Tags.THROWABLE, Tags.ENUM -> side.read(this, tag);
            default -> tag <= Tags.KNOWN || tag == Tags.BUILDER || tag == Tags.ATOMIC || tag == Tags.BITS
                    ? container(tag) : wrapper(tag);
        };
        depth--;
        return value;
    }

    private String string() {
        String value = text();
        known.add(value);
        return value;
    }

    private BigInteger whole() {
        String digits = text();
        if (digits.length() > 1_000_000) {
            throw new Broken("a number has too many digits");
        }
        try {
            return new BigInteger(digits);
        } catch (NumberFormatException error) {
            throw new Broken("no number");
        }
    }

    private Object container(int tag) {
        if (tag == Tags.KNOWN) {
            int number = number();
            if (number < 0 || number >= known.size() || known.get(number) == null) {
                throw new Broken("no such container");
            }
            return known.get(number);
        }
        int place = known.size();
        known.add(null);
        Object made = switch (tag) {
            case Tags.COLLECTION -> collection(place);
            case Tags.MAP -> map(place);
            case Tags.ARRAY -> array(place);
            case Tags.BUILDER -> octet() == 0 ? new StringBuilder(text()) : new StringBuffer(text());
            case Tags.BITS -> value() instanceof long[] words ? BitSet.valueOf(words) : null;
            case Tags.ATOMIC -> atomic();
            default -> throw new Broken("no such value");
        };
        if (made == null) {
            throw new Broken("no such value");
        }
        known.set(place, made);
        return made;
    }

    private Object collection(int place) {
        int kind = octet();
        Comparator<Object> order = kind == Kinds.SORTED_SET || kind == Kinds.HEAP ? order() : null;
        Collection<Object> filled = Kinds.collection(kind, order, side.trusted());
        if (Kinds.finish(kind, filled) == filled) {
            known.set(place, filled);
        }
        fill(filled, values());
        return Kinds.finish(kind, filled);
    }

    private Object map(int place) {
        int kind = octet();
        Comparator<Object> order = kind == Kinds.SORTED_MAP ? order() : null;
        Map<Object, Object> filled = Kinds.map(kind, order, side.trusted());
        if (kind != Kinds.IMMUTABLE_MAP) {
            known.set(place, filled);
        }
        fill(filled, values());
        return Kinds.finish(kind, filled);
    }

    private Comparator<Object> order() {
        Object order = value();
        if (order != null && !(order instanceof Comparator)) {
            throw new Broken("no comparator");
        }
        return Kinds.cast(order);
    }

    private static void fill(Collection<Object> into, Object[] all) {
        for (Object each : all) {
            into.add(each);
        }
    }

    private static void fill(Map<Object, Object> into, Object[] pairs) {
        for (int index = 0; index + 1 < pairs.length; index += 2) {
            into.put(pairs[index], pairs[index + 1]);
        }
    }

    private Object array(int place) {
        Class<?> component = side.type(text());
        if (component == void.class) {
            throw new Broken("an array of nothing");
        }
        int length = count(Arrays.bytes(component));
        Object array = Array.newInstance(component, length);
        known.set(place, array);
        Arrays.read(this, array);
        return array;
    }

    private Object atomic() {
        int kind = octet();
        Object value = value();
        return kind == 0 && value instanceof Integer whole ? new AtomicInteger(whole)
                : kind == 1 && value instanceof Long whole ? new AtomicLong(whole)
                : kind == 2 && value instanceof Boolean flag ? new AtomicBoolean(flag)
                : kind == 3 ? new AtomicReference<>(value) : null;
    }

    /** Puts new contents into a container of this side. */
    void refill(Object container) {
        if (container instanceof List<?> list && list.getClass() == Kinds.FIXED_LIST) {
            Object[] all = values();
            for (int index = 0; index < Math.min(all.length, list.size()); index++) {
                list.set(index, Kinds.cast(all[index]));
            }
        } else if (container instanceof Collection<?> collection) {
            Object[] all = values();
            collection.clear();
            fill(Kinds.<Collection<Object>>cast(collection), all);
        } else if (container instanceof Map<?, ?> map) {
            Object[] pairs = values();
            map.clear();
            fill(Kinds.<Map<Object, Object>>cast(map), pairs);
        } else if (container.getClass().isArray()) {
            int length = number();
            if (length != Array.getLength(container)) {
                throw new Broken("an array changes its length");
            }
            Arrays.read(this, container);
        } else if (container instanceof StringBuilder builder) {
            builder.setLength(0);
            builder.append(text());
        } else if (container instanceof StringBuffer buffer) {
            buffer.setLength(0);
            buffer.append(text());
        } else {
            Changes.hold(container, value());
        }
    }

    private Object wrapper(int tag) {
        return switch (tag) {
            case Tags.OPTIONAL -> Optional.ofNullable(value());
            case Tags.OPTIONAL_INT -> value() instanceof Integer whole ? OptionalInt.of(whole) : OptionalInt.empty();
            case Tags.OPTIONAL_LONG -> value() instanceof Long whole ? OptionalLong.of(whole) : OptionalLong.empty();
            case Tags.OPTIONAL_DOUBLE ->
                value() instanceof Double real ? OptionalDouble.of(real) : OptionalDouble.empty();
            case Tags.ENTRY -> new AbstractMap.SimpleEntry<>(value(), value());
            case Tags.AS_TEXT -> Tags.fromText(text(), text());
            case Tags.DATE -> new Date(wide());
            case Tags.CLASS -> side.type(text());
            case Tags.REVERSE -> Comparator.reverseOrder();
            case Tags.IGNORE_CASE -> String.CASE_INSENSITIVE_ORDER;
            case Tags.STREAM -> Later.stream(octet(), value());
            case Tags.FUTURE -> Later.future(octet() == 1, value());
            default -> throw new Broken("no such value");
        };
    }
}
