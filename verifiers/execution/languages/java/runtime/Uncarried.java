package acrisol;

/** A value that cannot go between the tests and the candidate. */
public final class Uncarried extends Error {
    /** The host looks for these words in a failed test's message. */
    static final String WORDS = "cannot be carried between the tests and the candidate";

    private static final long serialVersionUID = 1L;

    Uncarried(String what) {
        super(what.contains(WORDS) ? what : what + " " + WORDS);
    }
}
