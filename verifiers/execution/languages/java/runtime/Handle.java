package acrisol;

/** Names an object that lives in the other process. */
public final class Handle {
    final int id;
    /** The constructor by which the tests made it and what they gave; null where the candidate made it. */
    final String key;
    final Object[] arguments;

    Handle(int id) {
        this(id, null, null);
    }

    Handle(int id, String key, Object[] arguments) {
        this.id = id;
        this.key = key;
        this.arguments = arguments;
    }
}
