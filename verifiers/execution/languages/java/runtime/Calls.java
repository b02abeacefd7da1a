package acrisol;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** Calls by reflection: what is called throws its own exceptions, and a call that does not fit is no exception. */
final class Calls {
    private Calls() {}

    static Object invoke(Method method, Object receiver, Object[] arguments) throws Throwable {
        try {
            return method.invoke(receiver, arguments);
        } catch (InvocationTargetException error) {
            throw error.getCause();
        } catch (IllegalArgumentException | IllegalAccessException error) {
            throw new Uncarried("an argument of " + method.getName());
        }
    }
}
