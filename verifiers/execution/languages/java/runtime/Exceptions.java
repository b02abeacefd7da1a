package acrisol;

import java.lang.reflect.Constructor;

/** Exceptions of the platform's own classes, which cross the link by class, message and cause. */
final class Exceptions {
    private static final int MAX_CAUSES = 8;

    private Exceptions() {}

    /** The nearest class of an exception's that is the platform's. */
    static Class<?> platform(Throwable error) {
        Class<?> type = error.getClass();
        while (type.getClassLoader() != null) {
            type = type.getSuperclass();
        }
        return type;
    }

    static void write(Encoder out, int id, Throwable error) {
        out.octet(Tags.THROWABLE);
        out.number(id);
        write(out, error, 0);
    }

    private static void write(Encoder out, Throwable error, int depth) {
        out.text(platform(error).getName());
        String message = error.getMessage();
        out.octet(message == null ? 0 : 1);
        out.text(message == null ? "" : message.length() > 100_000 ? message.substring(0, 100_000) : message);
        Throwable cause = depth < MAX_CAUSES ? error.getCause() : null;
        out.octet(cause == null ? 0 : 1);
        if (cause != null) {
            write(out, cause, depth + 1);
        }
    }

    static Throwable read(Decoder in) {
        return read(in, 0);
    }

    private static Throwable read(Decoder in, int depth) {
        String name = in.text();
        boolean hasMessage = in.octet() == 1;
        String message = in.text();
        Throwable cause = null;
        if (in.octet() == 1) {
            if (depth > MAX_CAUSES) {
                throw new Broken("an exception has too many causes");
            }
            cause = read(in, depth + 1);
        }
        Throwable made = make(name, hasMessage ? message : null, cause);
        if (cause != null && made.getCause() == null) {
            try {
                made.initCause(cause);
            } catch (IllegalStateException error) {
                return made; // its class says that it has none
            }
        }
        return made;
    }

    private static Throwable make(String name, String message, Throwable cause) {
        if (name.equals("java.lang.ThreadDeath") || name.endsWith(".OutOfMemoryError")) {
            return new Error(message); // would end more than the test
        }
        Class<?> type;
        try {
            type = Class.forName(name, false, null);
        } catch (ClassNotFoundException | LinkageError error) {
            try {
                type = Class.forName(name, false, ClassLoader.getPlatformClassLoader());
            } catch (ClassNotFoundException | LinkageError missing) {
                throw new Broken("no exception class " + name);
            }
        }
        if (!Throwable.class.isAssignableFrom(type) || !name.startsWith("java")) {
            throw new Broken(name + " is no exception");
        }
        Object[][] attempts = message == null
                ? new Object[][] {{}, {String.class, null}, {Throwable.class, cause}}
                : new Object[][] {
                    {String.class, message}, {Object.class, message}, {String.class, message, Throwable.class, cause},
                    {Throwable.class, cause, String.class, message}, {String.class, message, int.class, 0}, {}
                };
        for (Object[] attempt : attempts) {
            Throwable made = make(type, attempt);
            if (made != null && java.util.Objects.equals(made.getMessage(), message)) {
                return made;
            }
        }
        return nearest(type, message);
    }

    /** An exception of the class above, where the class itself cannot be made with such a message. */
    private static Throwable nearest(Class<?> type, String message) {
        for (Class<?> each = type; each != Object.class; each = each.getSuperclass()) {
            Throwable made = make(each, new Object[] {String.class, message});
            made = made == null ? make(each, new Object[] {}) : made;
            if (made != null) {
                return made;
            }
        }
        return new Error(message);
    }

    private static Throwable make(Class<?> type, Object[] typesAndValues) {
        Class<?>[] types = new Class<?>[typesAndValues.length / 2];
        Object[] values = new Object[types.length];
        for (int at = 0; at < types.length; at++) {
            types[at] = (Class<?>) typesAndValues[2 * at];
            values[at] = typesAndValues[2 * at + 1];
        }
        try {
            Constructor<?> constructor = type.getConstructor(types);
            return (Throwable) constructor.newInstance(values);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError error) {
            return null;
        }
    }
}
