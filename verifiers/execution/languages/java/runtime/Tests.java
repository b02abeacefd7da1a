package acrisol;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** Runs the tests of an order and reports each. */
final class Tests {
    private Tests() {}

    /** Runs all; answers JUnit's version, null where it was not needed. */
    static String run(Order order, ClassLoader loader, Report report) {
        if (order.flags.contains("exits")) {
            Exits.forbid();
        }
        try {
            for (Order.Main main : order.mains) {
                run(main, loader, report);
            }
            return order.classes.isEmpty() ? null : JUnit.run(order, loader, report);
        } finally {
            if (order.flags.contains("exits")) {
                Exits.permit();
            }
        }
    }

    private static void run(Order.Main main, ClassLoader loader, Report report) {
        Throwable failed = null;
        try {
            Method method = Class.forName(main.type(), true, loader).getDeclaredMethod("main", String[].class);
            method.setAccessible(true);
            method.invoke(null, (Object) new String[0]);
        } catch (InvocationTargetException error) {
            failed = error.getCause();
        } catch (ReflectiveOperationException | LinkageError error) {
            failed = error;
        }
        if (failed instanceof Exits.Ended ended && ended.code == 0) {
            failed = null;
        }
        if (failed == null) {
            report.result(main.id(), "passed", "", 0, main.path());
        } else {
            report.result(main.id(), "failed", Failure.message(failed), Failure.line(failed, main.path()), main.path());
        }
    }
}
