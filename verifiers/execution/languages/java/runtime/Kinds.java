package acrisol;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;

/** Which collections cross the link as which: each as its own class where it is a common one. */
final class Kinds {
    static final int FIXED = 100;
    static final int SORTED_SET = 101;
    static final int HEAP = 102;
    static final int SORTED_MAP = 103;
    static final int IMMUTABLE_LIST = 104;
    static final int IMMUTABLE_SET = 105;
    static final int IMMUTABLE_MAP = 106;
    static final int IMMUTABLE_COLLECTION = 107;

    private static final List<Class<?>> COLLECTIONS = List.of(
            ArrayList.class, LinkedList.class, Vector.class, Stack.class, CopyOnWriteArrayList.class, HashSet.class,
            LinkedHashSet.class, ArrayDeque.class, ConcurrentLinkedQueue.class, ConcurrentLinkedDeque.class,
            LinkedBlockingQueue.class, LinkedBlockingDeque.class);
    private static final List<Class<?>> MAPS =
            List.of(HashMap.class, LinkedHashMap.class, ConcurrentHashMap.class, Hashtable.class);
    static final Class<?> FIXED_LIST = java.util.Arrays.asList().getClass();

    private Kinds() {}

    static int of(Collection<?> value) {
        int known = COLLECTIONS.indexOf(value.getClass());
        if (known >= 0) {
            return known;
        }
        String name = value.getClass().getName();
        boolean immutable = immutable(name);
        if (value.getClass() == FIXED_LIST) {
            return FIXED;
        } else if (value instanceof List) {
            return immutable ? IMMUTABLE_LIST : COLLECTIONS.indexOf(ArrayList.class);
        } else if (value instanceof SortedSet && !immutable) {
            return SORTED_SET;
        } else if (value instanceof Set) {
            return immutable ? IMMUTABLE_SET : COLLECTIONS.indexOf(LinkedHashSet.class);
        } else if (value instanceof PriorityQueue) {
            return HEAP;
        } else if (value instanceof Queue) {
            return COLLECTIONS.indexOf(LinkedList.class);
        }
        return immutable ? IMMUTABLE_COLLECTION : COLLECTIONS.indexOf(ArrayList.class);
    }

    static int of(Map<?, ?> value) {
        int known = MAPS.indexOf(value.getClass());
        if (known >= 0) {
            return known;
        }
        if (immutable(value.getClass().getName())) {
            return IMMUTABLE_MAP;
        }
        return value instanceof SortedMap ? SORTED_MAP : MAPS.indexOf(LinkedHashMap.class);
    }

    private static boolean immutable(String name) {
        return name.startsWith("java.util.ImmutableCollections$")
                || name.startsWith("java.util.Collections$Unmodifiable")
                || name.startsWith("java.util.Collections$Empty")
                || name.startsWith("java.util.Collections$Singleton")
                || name.equals("java.util.Collections$CopiesList");
    }

    static boolean immutable(int kind) {
        return kind >= IMMUTABLE_LIST;
    }

    /**
     * A fresh collection of a kind.
     *
     * @param trusted whether a comparator may decide what is in a set: one of the candidate's could say that
     *     everything equals everything
     */
    static Collection<Object> collection(int kind, Comparator<Object> order, boolean trusted) {
        Object made;
        switch (kind) {
            case FIXED, IMMUTABLE_LIST, IMMUTABLE_COLLECTION -> made = new ArrayList<>();
            case IMMUTABLE_SET -> made = new LinkedHashSet<>();
            case SORTED_SET -> made = trusted || believed(order) ? new TreeSet<>(order) : new LinkedHashSet<>();
            case HEAP -> made = new PriorityQueue<>(11, order);
            default -> made = make(COLLECTIONS, kind);
        }
        return cast(made);
    }

    static Map<Object, Object> map(int kind, Comparator<Object> order, boolean trusted) {
        return switch (kind) {
            case IMMUTABLE_MAP -> new LinkedHashMap<>();
            case SORTED_MAP -> trusted || believed(order) ? new TreeMap<>(order) : new LinkedHashMap<>();
            default -> cast(make(MAPS, kind));
        };
    }

    /** The finished value of a kind that is not filled where it stands. */
    static Object finish(int kind, Object filled) {
        return switch (kind) {
            case FIXED -> java.util.Arrays.asList(((Collection<?>) filled).toArray());
            case IMMUTABLE_LIST -> list((List<?>) filled);
            case IMMUTABLE_SET -> Collections.unmodifiableSet((Set<?>) filled);
            case IMMUTABLE_MAP -> Collections.unmodifiableMap((Map<?, ?>) filled);
            case IMMUTABLE_COLLECTION -> Collections.unmodifiableCollection((Collection<?>) filled);
            default -> filled;
        };
    }

    private static List<?> list(List<?> filled) {
        return filled.contains(null) ? Collections.unmodifiableList(filled) : List.copyOf(filled);
    }

    static boolean believed(Comparator<?> order) {
        return order == null
                || order == Comparator.<String>naturalOrder()
                || order == Comparator.<String>reverseOrder()
                || order == String.CASE_INSENSITIVE_ORDER;
    }

    private static Object make(List<Class<?>> classes, int kind) {
        if (kind < 0 || kind >= classes.size()) {
            throw new Broken("no such kind of collection");
        }
        try {
            return classes.get(kind).getConstructor().newInstance();
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    @SuppressWarnings("unchecked")
    static <T> T cast(Object value) {
        return (T) value;
    }
}
