package acrisol;

import java.util.Map;

/** Loads what was compiled in memory. */
final class Loader extends ClassLoader {
    private static final Map<String, Class<?>> PRIMITIVES = Map.of(
            "int", int.class, "long", long.class, "double", double.class, "boolean", boolean.class, "char", char.class,
            "byte", byte.class, "short", short.class, "float", float.class, "void", void.class);

    private final Map<String, byte[]> classes;

    Loader(Map<String, byte[]> classes, ClassLoader parent) {
        super(parent);
        this.classes = classes;
        setDefaultAssertionStatus(true);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = classes.get(name);
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    /** A class that was compiled here, also as the element of an array. */
    Class<?> find(String name) {
        try {
            return Class.forName(name, false, this);
        } catch (ClassNotFoundException | LinkageError error) {
            throw new Broken("no class " + name);
        }
    }

    /** One of the platform's classes; named as {@link Class#getName} does. */
    static Class<?> platform(String name) {
        Class<?> primitive = PRIMITIVES.get(name);
        if (primitive != null) {
            return primitive;
        }
        try {
            return Class.forName(name, false, null);
        } catch (ClassNotFoundException | LinkageError error) {
            throw new Broken("no class " + name);
        }
    }
}
