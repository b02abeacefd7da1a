package acrisol;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the candidate's side knows of objects, and how it is called. */
final class GuestSide implements Objects, Wire.Performer {
    /** Marks what stands for an object of the tests'. */
    public interface Foreign {}

    private final class Remote implements InvocationHandler {
        private final int id;

        Remote(int id) {
            this.id = id;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) {
            Object[] all = arguments == null ? new Object[0] : arguments;
            if (method.getDeclaringClass() == Object.class && method.getName().equals("equals") && proxy == all[0]) {
                return true;
            }
            return wire.ask(Wire.CALL, Keys.of(method), proxy, all);
        }
    }

    private final Loader loader;
    private final Set<String> shown;
    private final Map<Object, Integer> numbers = new IdentityHashMap<>();
    private final List<Object> mine = new ArrayList<>();
    private final Map<Integer, Object> theirs = new java.util.HashMap<>();
    private final Map<Object, Integer> theirNumbers = new IdentityHashMap<>();
    Mirror mirror;
    Wire wire;

    /** {@code shown}: names of the classes that the tests' side knows. */
    GuestSide(Loader loader, Set<String> shown) {
        this.loader = loader;
        this.shown = shown;
        mine.add(null);
    }

    @Override
    public boolean trusted() {
        return true;
    }

    @Override
    public boolean named(Object value) {
        return value.getClass().getClassLoader() != null && nearest(value.getClass()) != null;
    }

    /** The nearest class above that the tests' side knows; null if it knows none. */
    private Class<?> nearest(Class<?> type) {
        Class<?> each = type;
        while (each != null && !known(each)) {
            each = each.getSuperclass();
        }
        return each;
    }

    private boolean known(Class<?> type) {
        return type.getClassLoader() == loader && shown.contains(type.getName());
    }

    @Override
    public void write(Encoder out, Object value) {
        Integer back;
        synchronized (this) {
            back = theirNumbers.get(value);
        }
        if (back != null) {
            out.octet(Tags.YOURS);
            out.number(back);
        } else if (value instanceof Enum<?> constant
                && (value.getClass().getClassLoader() == null || known(constant.getDeclaringClass()))) {
            out.octet(Tags.ENUM);
            out.text(constant.getDeclaringClass().getName());
            out.text(constant.name());
        } else if (value instanceof Throwable error && nearest(value.getClass()) == null) {
            Exceptions.write(out, number(value), error);
        } else {
            mine(out, value);
        }
    }

    private void mine(Encoder out, Object value) {
        Class<?> nearest = nearest(value.getClass());
        List<String> names = new ArrayList<>();
        for (Class<?> each : Keys.interfaces(value.getClass())) {
            if (known(each) || Keys.callable(each)) {
                names.add(each.getName());
            }
        }
        boolean plain = value.getClass().getClassLoader() == null && value.getClass() != Object.class;
        if (nearest == null && names.isEmpty() && plain) {
            throw new Uncarried("an object of " + value.getClass().getName());
        }
        out.octet(Tags.MINE);
        out.number(number(value));
        out.text(nearest == null ? "" : nearest.getName());
        out.number(names.size());
        names.forEach(out::text);
    }

    private int number(Object value) {
        int id;
        synchronized (this) {
            Integer known = numbers.get(value);
            if (known != null) {
                return known;
            }
            id = mine.size();
            mine.add(value);
            numbers.put(value, id);
        }
        List<Class<?>> classes = new ArrayList<>();
        for (Class<?> each = value.getClass(); each != null; each = each.getSuperclass()) {
            if (known(each)) {
                classes.add(each);
            }
        }
        mirror.follow(id, value, classes);
        return id;
    }

    @Override
    public Object read(Decoder in, int tag) {
        int id = tag == Tags.ENUM ? 0 : in.number();
        switch (tag) {
            case Tags.YOURS:
                synchronized (this) {
                    return mine.get(id);
                }
            case Tags.ENUM:
                return constant(in.text(), in.text());
            case Tags.THROWABLE:
                return keep(id, Exceptions.read(in));
            default:
                in.text();
                Set<Class<?>> interfaces = new LinkedHashSet<>();
                for (int count = in.count(1); count > 0; count--) {
                    interfaces.add(type(in.text()));
                }
                interfaces.add(Foreign.class);
                return keep(id, Proxy.newProxyInstance(loader, interfaces.toArray(new Class<?>[0]), new Remote(id)));
        }
    }

    private synchronized Object keep(int id, Object made) {
        Object known = theirs.putIfAbsent(id, made);
        if (known == null) {
            theirNumbers.put(made, id);
        }
        return known == null ? made : known;
    }

    private Object constant(String type, String name) {
        for (Object constant : type(type).getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name)) {
                return constant;
            }
        }
        throw new Uncarried("the constant " + name);
    }

    @Override
    public Class<?> type(String name) {
        return shown.contains(name) ? loader.find(name) : Loader.platform(name);
    }

    @Override
    public Object perform(int what, String key, Object receiver, Object[] arguments) throws Throwable {
        if (what == Wire.PING) {
            return null;
        }
        int hash = key.indexOf('#');
        Class<?> type = type(key.substring(0, hash));
        switch (what) {
            case Wire.CREATE:
                return create(type, key.substring(key.indexOf('(')), arguments);
            case Wire.FIELD: {
                Field field = type.getDeclaredField(key.substring(hash + 1));
                field.setAccessible(true);
                Object value = field.get(null);
                mirror.follow(field, value);
                return value;
            }
            default:
                Method method = Keys.method(type, key);
                if (what == Wire.DEFAULT && receiver instanceof Foreign) {
                    var lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
                    return lookup.unreflectSpecial(method, type).bindTo(receiver).invokeWithArguments(arguments);
                }
                return Calls.invoke(method, receiver, arguments);
        }
    }

    private Object create(Class<?> type, String parameters, Object[] arguments) throws Throwable {
        try {
            return number(Keys.constructor(type, parameters).newInstance(arguments));
        } catch (InvocationTargetException error) {
            throw error.getCause();
        } catch (IllegalArgumentException | InstantiationException error) {
            throw new Uncarried("an argument of a constructor of " + type.getName());
        }
    }
}
