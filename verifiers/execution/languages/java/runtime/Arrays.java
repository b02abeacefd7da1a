package acrisol;

import java.lang.reflect.Array;

/** Elements of arrays on the link: those of primitive types without a tag each. */
final class Arrays {
    private Arrays() {}

    static void write(Encoder out, Object array) {
        if (array instanceof Object[] all) {
            out.values(all);
            return;
        }
        int length = Array.getLength(array);
        out.number(length);
        for (int at = 0; at < length; at++) {
            if (array instanceof int[] whole) {
                out.number(whole[at]);
            } else if (array instanceof long[] whole) {
                out.wide(whole[at]);
            } else if (array instanceof double[] real) {
                out.wide(Double.doubleToRawLongBits(real[at]));
            } else if (array instanceof char[] text) {
                out.number(text[at]);
            } else if (array instanceof boolean[] flags) {
                out.octet(flags[at] ? 1 : 0);
            } else if (array instanceof float[] real) {
                out.number(Float.floatToRawIntBits(real[at]));
            } else {
                out.number(((short[]) array)[at]);
            }
        }
    }

    static void read(Decoder in, Object array) {
        Class<?> component = array.getClass().getComponentType();
        int length = Array.getLength(array);
        for (int index = 0; index < length; index++) {
            if (array instanceof int[] whole) {
                whole[index] = in.number();
            } else if (array instanceof byte[] octets) {
                octets[index] = (byte) in.octet();
            } else if (array instanceof char[] characters) {
                characters[index] = (char) in.number();
            } else if (array instanceof long[] whole) {
                whole[index] = in.wide();
            } else if (array instanceof double[] real) {
                real[index] = Double.longBitsToDouble(in.wide());
            } else if (array instanceof boolean[] flags) {
                flags[index] = in.octet() != 0;
            } else if (array instanceof float[] real) {
                real[index] = Float.intBitsToFloat(in.number());
            } else if (array instanceof short[] whole) {
                whole[index] = (short) in.number();
            } else {
                Object value = in.value();
                if (value != null && !component.isInstance(value)) {
                    throw new Broken("an array holds what it cannot");
                }
                Array.set(array, index, value);
            }
        }
    }

    /** The fewest bytes that an element takes on the link. */
    static int bytes(Class<?> component) {
        return component == long.class || component == double.class ? 8
                : !component.isPrimitive() || component == byte.class || component == boolean.class ? 1 : 4;
    }
}
