package acrisol;

/** Bytes on the link that no honest peer writes. */
final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken(String what) {
        super(what);
    }
}
