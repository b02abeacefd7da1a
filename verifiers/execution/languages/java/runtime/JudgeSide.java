package acrisol;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the tests' side knows of objects. Whatever comes from the other side may be a lie. */
final class JudgeSide implements Objects, Wire.Performer {
    private record Foreign(Handle handle) implements InvocationHandler {
        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) {
            Object[] all = arguments == null ? new Object[0] : arguments;
            if (method.getDeclaringClass() != Object.class) {
                return Link.call(Keys.of(method), proxy, all);
            }
            return switch (method.getName()) {
                case "equals" -> proxy == all[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> Link.call("java.lang.Object#toString()", proxy, all);
            };
        }
    }

    private final Loader loader;
    private final Set<String> shown;
    private final Map<Integer, Object> theirs = new ConcurrentHashMap<>();
    private final Map<Object, Integer> numbers = new IdentityHashMap<>();
    private final List<Object> mine = new ArrayList<>();
    Mirror mirror;

    /** {@code shown}: names of the classes that have a stand-in. */
    JudgeSide(Loader loader, Set<String> shown) {
        this.loader = loader;
        this.shown = shown;
        mine.add(null);
    }

    @Override
    public boolean trusted() {
        return false;
    }

    @Override
    public boolean named(Object value) {
        return value instanceof StandIn;
    }

    @Override
    public void write(Encoder out, Object value) {
        if (value instanceof StandIn standIn) {
            theirs(out, standIn.acrisol$handle());
        } else if (value instanceof Enum<?> constant && known(constant.getDeclaringClass())) {
            out.octet(Tags.ENUM);
            out.text(constant.getDeclaringClass().getName());
            out.text(constant.name());
        } else if (Proxy.isProxyClass(value.getClass())
                && Proxy.getInvocationHandler(value) instanceof Foreign foreign) {
            theirs(out, foreign.handle);
        } else {
            mine(out, value);
        }
    }

    private static void theirs(Encoder out, Handle handle) {
        if (handle == null) {
            throw new Uncarried("an object that a test makes of a class derived from one of the candidate's");
        }
        out.octet(Tags.YOURS);
        out.number(handle.id);
    }

    private boolean known(Class<?> type) {
        return type.getClassLoader() == null || type.getClassLoader() == loader && shown.contains(type.getName());
    }

    private void mine(Encoder out, Object value) {
        Integer back = value instanceof Throwable ? theirNumber(value) : null;
        if (back != null) {
            out.octet(Tags.YOURS);
            out.number(back);
            return;
        }
        List<String> names = new ArrayList<>();
        for (Class<?> each : Keys.interfaces(value.getClass())) {
            if (Keys.callable(each) || each.getClassLoader() == loader && shown.contains(each.getName())) {
                names.add(each.getName());
            }
        }
        boolean platforms = value.getClass().getClassLoader() == null && value.getClass() != Object.class;
        if (platforms && names.isEmpty() && !(value instanceof Throwable)) {
            throw new Uncarried("an object of " + value.getClass().getName());
        }
        int id = number(value);
        if (value instanceof Throwable error) {
            Exceptions.write(out, id, error);
            return;
        }
        out.octet(Tags.MINE);
        out.number(id);
        out.text("");
        out.number(names.size());
        names.forEach(out::text);
    }

    private synchronized int number(Object value) {
        Integer known = numbers.get(value);
        if (known == null) {
            known = mine.size();
            mine.add(value);
            numbers.put(value, known);
        }
        return known;
    }

    private Integer theirNumber(Object value) {
        for (Map.Entry<Integer, Object> entry : theirs.entrySet()) {
            if (entry.getValue() == value) {
                return entry.getKey();
            }
        }
        return null;
    }

    private synchronized Object mine(int id) {
        if (id <= 0 || id >= mine.size()) {
            throw new Broken("no such object");
        }
        return mine.get(id);
    }

    @Override
    public Object read(Decoder in, int tag) {
        switch (tag) {
            case Tags.YOURS:
                return mine(in.number());
            case Tags.ENUM:
                return constant(in.text(), in.text());
            case Tags.THROWABLE: {
                int id = in.number();
                Throwable made = Exceptions.read(in);
                Object before = theirs.putIfAbsent(id, made);
                return before == null ? made : before;
            }
            default:
                return theirs(in);
        }
    }

    private Object constant(String type, String name) {
        Class<?> found = type(type);
        if (!found.isEnum() && (found.getSuperclass() == null || !found.getSuperclass().isEnum())) {
            throw new Broken("no enum");
        }
        try {
            return Enum.valueOf(Kinds.<Class<StandardEnum>>cast(found), name);
        } catch (IllegalArgumentException error) {
            throw new Broken("no such constant");
        }
    }

    private enum StandardEnum {}

    private Object theirs(Decoder in) {
        int id = in.number();
        String name = in.text();
        Set<Class<?>> interfaces = new LinkedHashSet<>();
        int count = in.count(1);
        for (int at = 0; at < count; at++) {
            Class<?> type = type(in.text());
            if (!Keys.callable(type) && !(type.isInterface() && type.getClassLoader() == loader)) {
                throw new Broken("no interface that objects are called through");
            }
            interfaces.add(type);
        }
        Object known = theirs.get(id);
        if (known != null) {
            return known;
        }
        if (name.isEmpty()) {
            Class<?>[] all = interfaces.toArray(new Class<?>[0]);
            Object made = Proxy.newProxyInstance(loader, all, new Foreign(new Handle(id)));
            theirs.put(id, made);
            return made;
        }
        return standIn(id, type(name));
    }

    Object standIn(int id, Class<?> type) {
        if (type.getClassLoader() != loader || !StandIn.class.isAssignableFrom(type) || type.isInterface()) {
            throw new Broken("no class of the candidate's");
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(Handle.class);
            constructor.setAccessible(true);
            return constructor.newInstance(new Handle(id)); // binds itself
        } catch (ReflectiveOperationException error) {
            throw new Broken("no class of the candidate's");
        }
    }

    void bind(StandIn object) {
        int id = object.acrisol$handle().id;
        theirs.put(id, object);
        List<Class<?>> classes = new ArrayList<>();
        for (Class<?> each = object.getClass(); each != null; each = each.getSuperclass()) {
            if (each.getClassLoader() == loader && shown.contains(each.getName())) {
                classes.add(each);
            }
        }
        mirror.follow(id, object, classes);
    }

    @Override
    public Class<?> type(String name) {
        return shown.contains(name) ? loader.find(name) : Loader.platform(name);
    }

    /** The candidate calls an object of the tests'. */
    @Override
    public Object perform(int what, String key, Object receiver, Object[] arguments) throws Throwable {
        if (what == Wire.READ && arguments.length == 1 && arguments[0] instanceof Integer most) {
            return System.in.readNBytes(Math.max(0, Math.min(most, 1 << 16)));
        } else if (what == Wire.READ) {
            return System.in.available();
        }
        int hash = key.indexOf('#');
        if (what != Wire.CALL || hash < 0 || receiver == null || !numbers.containsKey(receiver)) {
            throw new Broken("a call of what is not called");
        }
        switch (key) {
            case "java.lang.Object#equals(Object)":
                return receiver.equals(arguments.length == 1 ? arguments[0] : null);
            case "java.lang.Object#hashCode()":
                return receiver.hashCode();
            case "java.lang.Object#toString()":
                return receiver.toString();
            default:
                Class<?> type = type(key.substring(0, hash));
                boolean ours = type.isInterface() && type.getClassLoader() == loader;
                if (!type.isInstance(receiver) || !Keys.callable(type) && !ours) {
                    throw new Broken("a call of what is not called");
                }
                return Calls.invoke(Keys.method(type, key), receiver, arguments);
        }
    }
}
