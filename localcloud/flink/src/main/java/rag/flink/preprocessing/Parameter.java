package rag.flink.preprocessing;

import java.util.function.Function;

/**
 * One parameter of a function.
 *
 * @param otherwise the value if it is left out; {@code null} for one that must be given
 * @param fault what is wrong with a value, for the end of a sentence that begins with the argument; {@code null} if nothing
 *     is
 * @param needing position of the flag without which the value is ignored; negative if it never is
 */
record Parameter(String name, Kind kind, Object otherwise, Function<Object, String> fault, int needing) {

    static Parameter of(String name, Kind kind) {
        return new Parameter(name, kind, null, value -> null, -1);
    }

    Parameter otherwise(Object value) {
        return new Parameter(name, kind, value, fault, needing);
    }

    Parameter checked(Function<Object, String> check) {
        return new Parameter(name, kind, otherwise, check, needing);
    }

    /** Its value matters only if the flag at that position is TRUE. */
    Parameter needing(int flag) {
        return new Parameter(name, kind, otherwise, fault, flag);
    }

    boolean isOptional() {
        return otherwise != null;
    }
}
