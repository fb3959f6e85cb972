package rag.flink.model;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import rag.flink.UserException;
import rag.flink.functions.OptionMap;

/** Checks calls of a model by their text, and writes their options as a text. */
public final class ModelCalls {

    private ModelCalls() {}

    /** @param name of the called function, in capitals */
    public static void rewrite(SqlCall call, String name) {
        if (!ModelModule.FUNCTIONS.contains(name)) {
            return;
        }
        String usage = "write " + name + "('model', text), perhaps with a MAP of options behind.";
        if (call.operandCount() > 0 && call.operand(0).getKind() == SqlKind.EXPLICIT_TABLE) {
            throw new UserException(name + " takes no TABLE on Confluent Cloud, but the name of a model: " + usage);
        }
        if (call.operandCount() < 2 || call.operandCount() > 3) {
            throw new UserException(
                    name + " takes two or three arguments and was given " + call.operandCount() + ": " + usage);
        }
        if (call.operandCount() == 3) {
            call.setOperand(2, OptionMap.asText(call.operand(2), name, usage));
        }
    }
}
