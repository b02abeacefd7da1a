package acrisol;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps the fields that tests may touch the same on both sides: whatever changed since the last message goes
 * with the next one.
 */
final class Mirror {
    /** An object, or a class for its static fields. */
    private static final class Tracked {
        final int id;
        final Object object;
        final List<Field> fields = new ArrayList<>();
        final Map<Field, Object> last = new HashMap<>();

        Tracked(int id, Object object) {
            this.id = id;
            this.object = object;
        }
    }

    private record Same(Object object) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Same same && same.object == object;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(object);
        }
    }

    private record Update(String key, Object value) {}

    private static final Object NEVER = new Object();

    private final Objects side;
    private final List<Tracked> all = new ArrayList<>();
    private final Map<Integer, Tracked> byId = new HashMap<>();
    private final Map<Integer, List<Update>> early = new HashMap<>();
    private final Tracked statics = new Tracked(0, null);

    Mirror(Objects side) {
        this.side = side;
        all.add(statics);
        byId.put(0, statics);
    }

    /** Follows an object's fields as far as classes that both sides know declare them. */
    synchronized void follow(int id, Object object, List<Class<?>> shown) {
        Tracked tracked = new Tracked(id, object);
        for (Class<?> type : shown) {
            for (Field field : type.getDeclaredFields()) {
                boolean hidden = (field.getModifiers() & (Modifier.PRIVATE | Modifier.STATIC)) != 0;
                if (!hidden && !field.isSynthetic() && !field.getName().startsWith("acrisol$")) {
                    field.setAccessible(true);
                    tracked.fields.add(field);
                }
            }
        }
        byId.put(id, tracked);
        if (!tracked.fields.isEmpty()) {
            all.add(tracked);
        }
        for (Update update : early.getOrDefault(id, List.of())) {
            set(tracked, update);
        }
        early.remove(id);
    }

    /** Follows a static field. */
    synchronized void follow(Field field, Object value) {
        if (!Modifier.isFinal(field.getModifiers()) && !statics.fields.contains(field)) {
            field.setAccessible(true);
            statics.fields.add(field);
            statics.last.put(field, print(value));
        }
    }

    /** Writes what changed. */
    synchronized void write(Encoder out) {
        for (int at = 0; at < all.size(); at++) { // writing a value may add objects
            Tracked tracked = all.get(at);
            for (Field field : List.copyOf(tracked.fields)) {
                write(out, tracked, field);
            }
        }
        out.octet(0);
    }

    private void write(Encoder out, Tracked tracked, Field field) {
        Object value = get(field, tracked.object);
        int size = out.size();
        int containers = out.known.size();
        try {
            Object print = print(value);
            if (print.equals(tracked.last.getOrDefault(field, NEVER))) {
                return;
            }
            out.octet(1);
            out.number(tracked.id);
            out.text(field.getDeclaringClass().getName() + "#" + field.getName());
            out.value(value);
            tracked.last.put(field, print);
        } catch (Uncarried error) {
            out.cut(size, containers); // a field that no test can use
            tracked.last.put(field, NEVER);
            tracked.fields.remove(field);
        }
    }

    /** Reads and applies what the other side changed. */
    void read(Decoder in) {
        while (in.octet() == 1) {
            int id = in.number();
            Update update = new Update(in.text(), in.value());
            synchronized (this) {
                Tracked tracked = byId.get(id);
                if (tracked == null) {
                    early.computeIfAbsent(id, key -> new ArrayList<>()).add(update);
                } else {
                    set(tracked, update);
                }
            }
        }
    }

    private void set(Tracked tracked, Update update) {
        for (Field field : tracked.fields) {
            if (update.key.equals(field.getDeclaringClass().getName() + "#" + field.getName())) {
                try {
                    field.set(tracked.object, update.value);
                } catch (IllegalAccessException | IllegalArgumentException | NullPointerException error) {
                    throw new Broken("a field is set to what it cannot hold");
                }
                tracked.last.put(field, print(update.value));
            }
        }
    }

    private static Object get(Field field, Object object) {
        try {
            return field.get(object);
        } catch (IllegalAccessException error) {
            throw new IllegalStateException(error);
        }
    }

    /** Something that is equal to another one's if and only if the value need not be sent. */
    private Object print(Object value) {
        if (value == null) {
            return Void.class;
        }
        String name = value.getClass().getName();
        if (value.getClass().getClassLoader() != null || value instanceof Class) {
            return new Same(value);
        } else if (name.startsWith("java.lang.") && !(value instanceof Appendable)) {
            return value;
        }
        Encoder scratch = new Encoder(side, List.of());
        scratch.value(value);
        return ByteBuffer.wrap(scratch.bytes());
    }
}
