package acrisol;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** What stand-ins call. The code of stand-ins is made by the host from the candidate's declarations. */
public final class Link {
    /** How often the candidate was asked. */
    static final AtomicLong ASKED = new AtomicLong();

    private static final Object[] NOTHING = {};
    static Wire wire;
    static JudgeSide side;

    private Link() {}

    /** Calls a method on an object of the candidate's. */
    public static Object call(String key, Object receiver, Object[] arguments) {
        ASKED.incrementAndGet();
        return wire.ask(Wire.CALL, key, receiver, arguments);
    }

    /** Calls a default method of an interface as it is written there. */
    public static Object callDefault(String key, Object receiver, Object[] arguments) {
        ASKED.incrementAndGet();
        return wire.ask(Wire.DEFAULT, key, receiver, arguments);
    }

    /** Makes an object. */
    public static Handle create(String key, Object[] arguments) {
        ASKED.incrementAndGet();
        if (wire.ask(Wire.CREATE, key, null, arguments) instanceof Integer id) {
            return new Handle(id, key, arguments);
        }
        wire.peer.end("broke the protocol of the link: no object was made");
        throw new Gone(wire.peer.gone());
    }

    /** The value of a static field; changes of it are followed unless it is final. */
    public static Object field(Class<?> owner, String name, boolean fixed) {
        Object value = wire.ask(Wire.FIELD, owner.getName() + "#" + name, null, NOTHING);
        if (!fixed) {
            try {
                Field field = owner.getDeclaredField(name);
                side.mirror.follow(field, value);
            } catch (NoSuchFieldException error) {
                throw new IllegalStateException(error);
            }
        }
        return value;
    }

    /** Makes an object of the tests' side stand for one of the candidate's. */
    public static void bind(StandIn object) {
        side.bind(object);
    }

    /**
     * What {@code equals} of a stand-in says. A yes about what is not the candidate's is never believed: an
     * object that equals everything would pass every assertion. Of two of the candidate's, see {@link Alike}.
     */
    public static boolean equal(StandIn object, Object other) {
        if (object == other) {
            return true;
        }
        if (other instanceof StandIn more) {
            return Alike.equal(object, more);
        } else if (!says(object, other)) {
            return false;
        }
        if (object instanceof List<?> list && other instanceof List<?> more) {
            return more.equals(list);
        } else if (object instanceof Set<?> set && other instanceof Set<?> more) {
            return more.equals(set);
        } else if (object instanceof Map<?, ?> map && other instanceof Map<?, ?> more) {
            return more.equals(map);
        }
        throw new AssertionError("equals() of " + object.getClass().getName() + " says that it equals "
                + (other == null ? "null" : "an object of " + other.getClass().getName())
                + ", which does not say the same of it");
    }

    static boolean says(StandIn object, Object other) {
        return (Boolean) call("java.lang.Object#equals(Object)", object, new Object[] {other});
    }
}
