package acrisol;

/** Names an object that lives in the other process. */
public final class Handle {
    final int id;

    Handle(int id) {
        this.id = id;
    }
}
