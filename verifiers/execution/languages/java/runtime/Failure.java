package acrisol;

/** What a report says of an exception that ended a test. */
final class Failure {
    private Failure() {}

    static String message(Throwable error) {
        String message;
        try {
            message = error.getMessage();
        } catch (Throwable lost) { // the candidate's own exception, whose process is gone
            message = null;
        }
        String name = error.getClass().getSimpleName();
        return message == null || message.isEmpty() ? name : name + ": " + message;
    }

    /** The line of a source file that an exception passed through; 0 if none. */
    static int line(Throwable error, String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        for (StackTraceElement frame : error.getStackTrace()) {
            if (name.equals(frame.getFileName())) {
                return frame.getLineNumber();
            }
        }
        return 0;
    }
}
