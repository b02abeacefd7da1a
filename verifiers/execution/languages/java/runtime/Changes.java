package acrisol;

import java.lang.reflect.Array;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Which arguments a call changed in place, so that they can be changed on the caller's side too. */
final class Changes {
    private final List<Object> containers;
    private final Object[] before;

    /** Remembers what is in the containers of a request. */
    Changes(List<Object> containers) {
        this.containers = List.copyOf(containers);
        before = new Object[containers.size()];
        for (int number = 0; number < before.length; number++) {
            before[number] = shot(containers.get(number));
        }
    }

    /** Writes number and contents of each that has changed since, and a zero. */
    void write(Encoder out) {
        for (int number = 0; number < before.length; number++) {
            Object container = containers.get(number);
            if (before[number] != null && !same(before[number], shot(container))) {
                out.number(number + 1);
                out.contents(container);
            }
        }
        out.number(0);
    }

    /** Applies what the other side wrote to the containers that were sent. */
    static void read(Decoder in, List<Object> sent) {
        for (int number = in.number(); number != 0; number = in.number()) {
            if (number < 0 || number > sent.size()) {
                throw new Broken("no such container");
            }
            Object container = sent.get(number - 1);
            if (shot(container) == null) {
                throw new Broken("a container that does not change");
            }
            in.refill(container);
        }
    }

    private static Object shot(Object container) {
        if (container instanceof Collection<?> collection) {
            return Kinds.immutable(Kinds.of(collection)) ? null : collection.toArray();
        } else if (container instanceof Map<?, ?> map) {
            return Kinds.immutable(Kinds.of(map)) ? null : flat(map);
        } else if (container instanceof Object[] array) {
            return array.clone();
        } else if (container.getClass().isArray()) {
            int length = Array.getLength(container);
            Object copy = Array.newInstance(container.getClass().getComponentType(), length);
            System.arraycopy(container, 0, copy, 0, length);
            return copy;
        } else if (container instanceof BitSet bits) {
            return bits.toLongArray();
        } else if (Encoder.atomic(container) >= 0) {
            return new Object[] {held(container)};
        }
        return container.toString();
    }

    private static boolean same(Object one, Object other) {
        if (one instanceof Object[] some && other instanceof Object[] more) {
            boolean same = some.length == more.length;
            for (int at = 0; same && at < some.length; at++) {
                same = some[at] == more[at] || some[at] != null && plain(some[at]) && some[at].equals(more[at]);
            }
            return same;
        }
        return java.util.Objects.deepEquals(one, other);
    }

    private static boolean plain(Object value) {
        return value instanceof String || value instanceof Character || value instanceof Boolean
                || value instanceof Number && value.getClass().getClassLoader() == null
                        && value.getClass().getPackageName().equals("java.lang");
    }

    static Object[] flat(Map<?, ?> map) {
        java.util.ArrayList<Object> pairs = new java.util.ArrayList<>(map.size() * 2);
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            pairs.add(entry.getKey());
            pairs.add(entry.getValue());
        }
        return pairs.toArray();
    }

    static Object held(Object atomic) {
        return atomic instanceof AtomicInteger whole ? (Object) whole.get()
                : atomic instanceof AtomicLong whole ? (Object) whole.get()
                : atomic instanceof AtomicBoolean flag ? (Object) flag.get()
                : ((AtomicReference<?>) atomic).get();
    }

    static void hold(Object atomic, Object value) {
        if (atomic instanceof AtomicInteger whole && value instanceof Integer number) {
            whole.set(number);
        } else if (atomic instanceof AtomicLong whole && value instanceof Long number) {
            whole.set(number);
        } else if (atomic instanceof AtomicBoolean flag && value instanceof Boolean said) {
            flag.set(said);
        } else if (atomic instanceof AtomicReference<?> reference) {
            reference.set(Kinds.cast(value));
        } else if (atomic instanceof BitSet bits && value instanceof long[] words) {
            bits.clear();
            bits.or(BitSet.valueOf(words));
        } else {
            throw new Broken("a value of another kind");
        }
    }
}
