package rag.flink.preprocessing;

import java.util.List;
import java.util.stream.IntStream;
import rag.flink.UserException;

/** The arguments of one call, those that were left out included. */
final class Arguments {

    /** In place of a value that is known only when the statement runs. */
    static final Object UNKNOWN = new Object();

    private static final List<String> ORDINALS =
            List.of("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth");

    private final Definition definition;
    private final Object[] values;

    private Arguments(Definition definition, Object[] values) {
        this.definition = definition;
        this.values = values;
    }

    /** {@link UserException} if one of the settings is wrong by itself; the value is not looked at. */
    static Arguments of(Definition definition, Object... given) {
        Object[] values = new Object[definition.parameters().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i < given.length ? given[i] : definition.parameters().get(i).otherwise();
        }
        Arguments arguments = new Arguments(definition, values);
        IntStream.range(1, values.length).forEach(arguments::check);
        return arguments;
    }

    private void check(int position) {
        Parameter parameter = definition.parameters().get(position);
        Object value = values[position];
        if (value == UNKNOWN || (parameter.needing() >= 0 && !Boolean.TRUE.equals(values[parameter.needing()]))) {
            return;
        }
        if (value == null) {
            throw fault(position, "is NULL: it must be " + parameter.kind().words());
        }
        String fault = parameter.fault().apply(value);
        if (fault != null) {
            throw fault(position, fault);
        }
    }

    /** Whether all settings are known, so that they can be checked against each other. */
    boolean areKnown() {
        return IntStream.range(1, values.length).noneMatch(i -> values[i] == UNKNOWN);
    }

    /** A failure by one argument, with what is wrong with it at the end of the sentence. */
    UserException fault(int position, String what) {
        return fault(definition, position, what);
    }

    static UserException fault(Definition definition, int position, String what) {
        return new UserException(
                "The " + ORDINALS.get(position) + " argument of " + definition.name() + ", "
                        + definition.parameters().get(position).name() + ", " + what + ".");
    }

    /** The function's name. */
    String function() {
        return definition.name();
    }

    double number(int position) {
        return (Double) values[position];
    }

    int integer(int position) {
        return (Integer) values[position];
    }

    String text(int position) {
        return (String) values[position];
    }

    boolean flag(int position) {
        return (Boolean) values[position];
    }

    Object[] array(int position) {
        return (Object[]) values[position];
    }
}
