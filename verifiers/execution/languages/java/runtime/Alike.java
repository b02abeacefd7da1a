package acrisol;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Equality between two of the candidate's objects. Where the tests made one of them by a constructor, others are made
 * by the same one from close values, and {@code equals} is asked about them too, in an order that the candidate cannot
 * foresee: one that says yes to all of them has not compared anything.
 */
final class Alike {
    private static final int OTHERS = 8;
    /** Comparisons after which only one of so many, at random, is looked at: each costs many calls. */
    private static final int ALL_OF_THE_FIRST = 100;
    private static final int THEN_ONE_IN = 16;
    private static final AtomicInteger COMPARISONS = new AtomicInteger();
    private static SecureRandom chance;

    private static final class Pair {
        final StandIn left;
        final StandIn right;
        final int side; // which of the two is another one; 2: none

        Pair(StandIn left, StandIn right, int side) {
            this.left = left;
            this.right = right;
            this.side = side;
        }
    }

    private Alike() {}

    static boolean equal(StandIn left, StandIn right) {
        if (left.acrisol$handle() == null || right.acrisol$handle() == null || left.getClass() != right.getClass()) {
            return Link.says(left, right);
        }
        boolean made = left.acrisol$handle().key != null || right.acrisol$handle().key != null;
        if (!made || COMPARISONS.getAndIncrement() >= ALL_OF_THE_FIRST && chance().nextInt(THEN_ONE_IN) != 0) {
            return Link.says(left, right);
        }
        List<Pair> pairs = new ArrayList<>();
        pairs.add(new Pair(left, right, 2));
        madeLike(left).forEach(other -> pairs.add(new Pair(other, right, 0)));
        madeLike(right).forEach(other -> pairs.add(new Pair(left, other, 1)));
        Collections.shuffle(pairs, chance());
        int[] asked = {0, 0};
        int[] yes = {0, 0};
        for (Pair pair : pairs) {
            if (pair.side == 2) {
                if (!Link.says(left, right)) {
                    return false;
                }
            } else {
                asked[pair.side]++;
                yes[pair.side] += quietly(pair) ? 1 : 0;
            }
        }
        if (asked[0] > 0 && yes[0] == asked[0] || asked[1] > 0 && yes[1] == asked[1]) {
            throw new AssertionError("equals() of " + left.getClass().getName() + " says yes to everything");
        }
        return true;
    }

    private static boolean quietly(Pair pair) {
        try {
            return Link.says(pair.left, pair.right);
        } catch (Throwable error) { // what it cannot compare is not equal to it
            passOn(error);
            return false;
        }
    }

    private static void passOn(Throwable error) {
        if (error instanceof Gone gone) {
            throw gone;
        } else if (error instanceof InterruptedException) {
            Thread.currentThread().interrupt(); // so that the question that is meant ends, too
        }
    }

    private static SecureRandom chance() {
        if (chance == null) {
            chance = new SecureRandom();
        }
        return chance;
    }

    /**
     * Objects that the same constructor makes of other values: a chain of small changes in which the values that are
     * meant have any place, so that they are not known as the middle of them.
     */
    private static List<StandIn> madeLike(StandIn object) {
        List<StandIn> made = new ArrayList<>();
        Handle handle = object.acrisol$handle();
        if (handle.key == null || !Arrays.stream(handle.arguments).allMatch(Alike::plain)) {
            return made; // perhaps they can only be used once, as an iterator
        }
        int before = chance().nextInt(OTHERS + 1);
        Object[] last = handle.arguments;
        for (int at = 0; at < OTHERS; at++) {
            Object[] given = at == before ? handle.arguments : last;
            last = Arrays.stream(given).map(Alike::edited).toArray();
            boolean changed = false;
            for (int each = 0; each < last.length; each++) {
                changed |= last[each] != given[each];
            }
            try {
                if (changed) {
                    Handle other = Link.create(handle.key, last);
                    made.add((StandIn) Link.side.standIn(other.id, object.getClass()));
                }
            } catch (Throwable error) { // it refuses these values
                passOn(error);
            }
        }
        return made;
    }

    private static boolean plain(Object value) {
        return value == null || value instanceof StandIn || value instanceof Number || value instanceof Character
                || value instanceof Boolean || value instanceof String || value instanceof Enum<?>
                || value.getClass().isArray() && value.getClass().getComponentType().isPrimitive()
                || value instanceof List<?> list && list.stream().allMatch(Alike::plain);
    }

    /** A close value of the same type; the same one where there is none. */
    private static Object edited(Object value) {
        int step = (1 + chance().nextInt(12)) * (chance().nextBoolean() ? 1 : -1);
        if (value instanceof Number number && number.doubleValue() >= 0 && number.doubleValue() + step < 0) {
            step = -step;
        }
        if (value instanceof Integer number) {
            return number + step;
        } else if (value instanceof Long number) {
            return number + step;
        } else if (value instanceof Short number) {
            return (short) (number + step);
        } else if (value instanceof Byte number) {
            return (byte) (number + step);
        } else if (value instanceof Double number) {
            return number + step == number ? number / 2 : number + step;
        } else if (value instanceof Float number) {
            return number + step == number ? number / 2 : number + step;
        } else if (value instanceof BigInteger number) {
            return number.add(BigInteger.valueOf(step));
        } else if (value instanceof BigDecimal number) {
            return number.add(BigDecimal.valueOf(step));
        } else if (value instanceof Character letter) {
            return (char) (letter + Math.abs(step));
        } else if (value instanceof Boolean bool) {
            return !bool;
        } else if (value instanceof String text) {
            return edited(text);
        } else if (value instanceof Enum<?> constant) {
            Object[] all = constant.getDeclaringClass().getEnumConstants();
            return all[(constant.ordinal() + 1) % all.length];
        } else if (value instanceof List<?> list) {
            return edited(list);
        } else if (value != null && value.getClass().isArray() && Array.getLength(value) > 0) {
            return editedArray(value);
        }
        return value;
    }

    /** With a letter less or one twice, so that it stays a text of the same letters. */
    private static String edited(String text) {
        int at = text.isEmpty() ? 0 : chance().nextInt(text.length());
        if (text.isEmpty()) {
            return "x";
        }
        return chance().nextBoolean() ? text.substring(0, at) + text.substring(at + 1)
                : text.substring(0, at + 1) + text.substring(at);
    }

    private static List<?> edited(List<?> list) {
        List<Object> made = new ArrayList<>();
        boolean changed = !list.isEmpty() && chance().nextBoolean();
        for (Object item : changed ? list.subList(1, list.size()) : list) {
            Object other = edited(item);
            changed |= other != item;
            made.add(other);
        }
        return changed ? made : list;
    }

    private static Object editedArray(Object array) {
        int size = Array.getLength(array);
        Object made = Array.newInstance(array.getClass().getComponentType(), size);
        System.arraycopy(array, 0, made, 0, size);
        int at = chance().nextInt(size);
        Array.set(made, at, edited(Array.get(array, at)));
        return made;
    }
}
