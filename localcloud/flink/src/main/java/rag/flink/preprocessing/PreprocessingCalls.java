package rag.flink.preprocessing;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import rag.flink.UserException;

/** Checks calls of the functions by their text: how many arguments there are, and those that are written out. */
public final class PreprocessingCalls {

    private PreprocessingCalls() {}

    /** @param name of the called function, in capitals */
    public static void check(SqlCall call, String name) {
        if (!Definitions.names().contains(name)) {
            return;
        }
        Definition definition = Definitions.get(name);
        if (call.getOperandList().stream().anyMatch(each -> each.getKind() == SqlKind.ARGUMENT_ASSIGNMENT)) {
            throw new UserException(
                    name + " takes its arguments by their places, without names: write " + definition.usage() + ".");
        }
        definition.requireCount(call.operandCount());
        Object[] values = new Object[call.operandCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Constants.of(call.operand(i), definition.parameters().get(i).kind());
        }
        Arguments arguments = Arguments.of(definition, values);
        if (arguments.areKnown()) {
            definition.operation().apply(arguments);
        }
    }
}
