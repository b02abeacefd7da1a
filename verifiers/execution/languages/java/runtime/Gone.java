package acrisol;

/** The candidate's process cannot answer any more. */
public final class Gone extends Error {
    private static final long serialVersionUID = 1L;

    Gone(String why) {
        super(why, null, false, true);
    }
}
