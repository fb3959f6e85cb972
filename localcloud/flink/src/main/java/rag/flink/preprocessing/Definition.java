package rag.flink.preprocessing;

import java.util.List;
import java.util.function.Function;
import org.apache.flink.table.types.DataType;
import rag.flink.UserException;

/**
 * A function of ML preprocessing: a value, and settings by which it is changed.
 *
 * @param parameters the value first, optional ones last
 * @param output type of the result
 * @param operation makes what is done with each value from checked settings; {@link UserException} if they contradict each
 *     other
 */
record Definition(
        String name,
        List<Parameter> parameters,
        DataType output,
        Function<Arguments, Function<Object, Object>> operation) {

    private static final List<String> COUNTS =
            List.of("no", "one", "two", "three", "four", "five", "six", "seven", "eight");

    int required() {
        return (int) parameters.stream().filter(each -> !each.isOptional()).count();
    }

    /** {@link UserException} unless a call may have so many arguments. */
    void requireCount(int given) {
        if (given >= required() && given <= parameters.size()) {
            return;
        }
        String range = COUNTS.get(required());
        if (required() < parameters.size()) {
            range += (required() + 1 == parameters.size() ? " or " : " to ") + COUNTS.get(parameters.size());
        }
        throw new UserException(name + " takes " + range + " arguments and was given " + given + ": write " + usage() + ".");
    }

    /** How it is called, with what may be left out in brackets. */
    String usage() {
        StringBuilder usage = new StringBuilder(name).append('(').append(parameters.get(0).name());
        for (Parameter parameter : parameters.subList(1, parameters.size())) {
            usage.append(parameter.isOptional() ? " [, " + parameter.name() + "]" : ", " + parameter.name());
        }
        return usage.append(')').toString();
    }
}
