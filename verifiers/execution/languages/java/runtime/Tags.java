package acrisol;

import java.lang.reflect.InvocationTargetException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The first byte of each value on the link. */
final class Tags {
    static final int NULL = 0;
    static final int TRUE = 1;
    static final int FALSE = 2;
    static final int BYTE = 3;
    static final int SHORT = 4;
    static final int CHAR = 5;
    static final int INT = 6;
    static final int LONG = 7;
    static final int FLOAT = 8;
    static final int DOUBLE = 9;
    static final int STRING = 10;
    static final int BIG_INTEGER = 11;
    static final int BIG_DECIMAL = 12;
    static final int COLLECTION = 13;
    static final int MAP = 14;
    static final int ARRAY = 15;
    static final int KNOWN = 16; // a container that this exchange has had before
    static final int OPTIONAL = 17;
    static final int OPTIONAL_INT = 18;
    static final int OPTIONAL_LONG = 19;
    static final int OPTIONAL_DOUBLE = 20;
    static final int ENTRY = 21;
    static final int ENUM = 22;
    static final int BUILDER = 23;
    static final int AS_TEXT = 24;
    static final int ATOMIC = 25;
    static final int CLASS = 26;
    static final int STREAM = 27;
    static final int FUTURE = 28;
    static final int REVERSE = 29;
    static final int IGNORE_CASE = 30;
    static final int BITS = 31;
    static final int DATE = 32;
    static final int MINE = 40; // an object of the writer's
    static final int YOURS = 41; // one of the reader's
    static final int THROWABLE = 42; // one of the writer's, by its platform's class and message

    static final int MAX_DEPTH = 200;
    static final int MAX_BYTES = 64 << 20;

    /** Classes whose values their text tells wholly, with what reads it back. */
    static final Map<String, String> TEXT = text();

    private Tags() {}

    private static Map<String, String> text() {
        Map<String, String> readers = new LinkedHashMap<>();
        String times = "LocalDate LocalTime LocalDateTime Instant Duration Period ZonedDateTime OffsetDateTime";
        for (String name : (times + " Year YearMonth MonthDay").split(" ")) {
            readers.put("java.time." + name, "parse");
        }
        readers.put("java.util.UUID", "fromString");
        readers.put("java.net.URI", "create");
        readers.put("java.time.ZoneOffset", "of");
        return readers;
    }

    static Object fromText(String name, String text) {
        String reader = TEXT.get(name);
        if (reader == null) {
            throw new Broken("no value of class " + name + " goes as text");
        }
        try {
            Class<?> type = Class.forName(name);
            Class<?> parameter = reader.equals("parse") ? CharSequence.class : String.class;
            return type.getMethod(reader, parameter).invoke(null, text);
        } catch (InvocationTargetException error) {
            throw new Broken("a bad text for " + name);
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }
}
