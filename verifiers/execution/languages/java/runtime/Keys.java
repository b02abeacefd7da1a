package acrisol;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names of methods on the link: {@code package.Class#name(List,int)}, with simple names of erased parameter types.
 *
 * <p>The host writes the same names from the source, where it cannot resolve a type to its full name.
 */
final class Keys {
    /** Interfaces of the platform that an object of the other side may be called through. */
    private static final Set<String> CALLABLE = Set.of(
            "java.lang.Runnable", "java.lang.Comparable", "java.lang.Iterable", "java.lang.AutoCloseable",
            "java.lang.CharSequence", "java.util.Comparator", "java.util.Iterator", "java.util.ListIterator",
            "java.util.Enumeration", "java.util.PrimitiveIterator$OfInt", "java.util.PrimitiveIterator$OfLong",
            "java.util.PrimitiveIterator$OfDouble", "java.util.concurrent.Callable", "java.io.Closeable");

    private static final Map<String, Method> METHODS = new ConcurrentHashMap<>();

    private Keys() {}

    static String of(Method method) {
        return method.getDeclaringClass().getName() + "#" + method.getName() + parameters(method);
    }

    private static String parameters(Executable executable) {
        StringBuilder text = new StringBuilder("(");
        for (Class<?> type : executable.getParameterTypes()) {
            text.append(text.length() > 1 ? "," : "").append(type.getSimpleName());
        }
        return text.append(')').toString();
    }

    static boolean callable(Class<?> type) {
        return type.isInterface()
                && (CALLABLE.contains(type.getName()) || type.getName().startsWith("java.util.function."));
    }

    /** The interfaces of a class and of all above it. */
    static Set<Class<?>> interfaces(Class<?> type) {
        Set<Class<?>> found = new HashSet<>();
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            addInterfaces(each, found);
        }
        return found;
    }

    private static void addInterfaces(Class<?> type, Set<Class<?>> found) {
        if (type.isInterface()) {
            found.add(type);
        }
        for (Class<?> each : type.getInterfaces()) {
            addInterfaces(each, found);
        }
    }

    /** The method that a class declares under a key. */
    static Method method(Class<?> type, String key) {
        return METHODS.computeIfAbsent(key, missing -> {
            for (Method method : type.getDeclaredMethods()) {
                if (!method.isBridge() && of(method).equals(key)) {
                    if (!type.getModule().isNamed()) {
                        method.setAccessible(true);
                    }
                    return method;
                }
            }
            throw new Broken("no method " + key);
        });
    }

    /** The constructor that a class declares with such parameters. */
    static Constructor<?> constructor(Class<?> type, String parameters) {
        for (Constructor<?> each : type.getDeclaredConstructors()) {
            if (parameters(each).equals(parameters)) {
                each.setAccessible(true);
                return each;
            }
        }
        throw new Broken("no constructor " + type.getName() + parameters);
    }
}
