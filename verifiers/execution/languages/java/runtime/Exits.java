package acrisol;

import java.security.Permission;

/** Tests that end their program: a code other than 0 is a failure, not the end of the judge. */
@SuppressWarnings("removal")
final class Exits extends SecurityManager {
    /** The tests asked for the end of the program. */
    static final class Ended extends Error {
        private static final long serialVersionUID = 1L;
        final int code;

        Ended(int code) {
            super("the test program ended with exit code " + code);
            this.code = code;
        }
    }

    private static volatile boolean forbidden;

    static void forbid() {
        forbidden = true;
        System.setSecurityManager(new Exits());
    }

    /** Lets the judge itself end. */
    static void permit() {
        forbidden = false;
    }

    @Override
    public void checkExit(int code) {
        if (forbidden) {
            throw new Ended(code);
        }
    }

    @Override
    public void checkPermission(Permission permission) {
        // Only ends are of interest; the sandbox does the rest.
    }

    @Override
    public void checkPermission(Permission permission, Object context) {
        // As above.
    }
}
