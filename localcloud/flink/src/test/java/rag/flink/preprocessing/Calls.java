package rag.flink.preprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import rag.flink.UserException;

/** Calls of a function with values as Flink gives them. */
final class Calls {

    private Calls() {}

    static Object call(String function, Object... arguments) {
        return new PreprocessingFunction(function).eval(arguments);
    }

    /** What a call gives, arrays as text. */
    static String shown(String function, Object... arguments) {
        Object result = call(function, arguments);
        return result instanceof Object[] array ? Arrays.toString(array) : String.valueOf(result);
    }

    static void assertRefused(String message, String function, Object... arguments) {
        assertEquals(message, assertThrows(UserException.class, () -> call(function, arguments)).getMessage());
    }
}
