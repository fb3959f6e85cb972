package rag.flink.functions;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.SqlTypeName;
import rag.flink.UserException;

/**
 * Writes a {@code MAP[...]} of options as a text: Flink's planner could not read it, and its values may be of several
 * types.
 */
public final class OptionMap {

    private OptionMap() {}

    /** {@code MAP['a', 1]} as {@code 'a=1'}, one option a line; a text, from a view's stored query, stays as it is. */
    public static SqlNode asText(SqlNode given, String function, String usage) {
        if (isText(given)) {
            return given;
        }
        if (given.getKind() != SqlKind.MAP_VALUE_CONSTRUCTOR) {
            throw new UserException("The last argument of " + function + " must be a MAP of options: " + usage);
        }
        List<SqlNode> parts = ((SqlCall) given).getOperandList();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i + 1 < parts.size(); i += 2) {
            lines.add(literal(parts.get(i), function) + "=" + literal(parts.get(i + 1), function));
        }
        return SqlLiteral.createCharString(String.join("\n", lines), given.getParserPosition());
    }

    public static boolean isText(SqlNode given) {
        return given.getKind() == SqlKind.LITERAL && ((SqlLiteral) given).getTypeName() == SqlTypeName.CHAR;
    }

    private static String literal(SqlNode given, String function) {
        if (given instanceof SqlLiteral literal && literal.toValue() != null) {
            return literal.toValue().strip();
        }
        throw new UserException(
                "The options of " + function + " must be written out: " + given + " is no text, number or boolean.");
    }
}
