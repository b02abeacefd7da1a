package acrisol;

/** What one side knows of objects that cross the link by name and not by value. */
interface Objects {
    /** Writes a value that has no form of its own on the link. */
    void write(Encoder out, Object value);

    /** Reads what the other side wrote so. */
    Object read(Decoder in, int tag);

    /** The class of a name that the other side wrote: a platform's or one that both sides know. */
    Class<?> type(String name);

    /** Whether a collection goes as an object, because the other side knows its class. */
    boolean named(Object value);

    /** Whether what comes from the other side was made by the tests. */
    boolean trusted();
}
