package rag.flink.search;

import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import rag.flink.UserException;
import rag.flink.functions.OptionMap;

/**
 * Writes Confluent's search calls as calls of a function of Flink.
 *
 * <p>Table, column and options become text: a function of Flink's cannot be given a table, and a table that is named in
 * its place would be taken for a column.
 */
public final class SearchCalls {

    static final String VECTOR_SEARCH = "VECTOR_SEARCH_AGG";

    private static final String USAGE =
            "write VECTOR_SEARCH_AGG(table, DESCRIPTOR(column), vector, limit), perhaps with a MAP of options behind.";

    private SearchCalls() {}

    /** @param name of the called function, in capitals */
    public static void rewrite(SqlCall call, String name) {
        if (!name.equals(VECTOR_SEARCH)) {
            return;
        }
        if (call.operandCount() < 4 || call.operandCount() > 5) {
            throw new UserException(
                    VECTOR_SEARCH + " takes four or five arguments and was given " + call.operandCount() + ": " + USAGE);
        }
        call.setOperand(0, table(call.operand(0)));
        call.setOperand(1, column(call.operand(1)));
        if (call.operandCount() == 5) {
            call.setOperand(4, OptionMap.asText(call.operand(4), VECTOR_SEARCH, USAGE));
        }
    }

    private static SqlNode table(SqlNode given) {
        SqlNode named = given;
        if (given.getKind() == SqlKind.EXPLICIT_TABLE) {
            named = ((SqlCall) given).operand(0);
        }
        if (named instanceof SqlIdentifier identifier) {
            return text(identifier.names.stream().map(part -> "`" + part + "`").collect(Collectors.joining(".")), given);
        }
        if (OptionMap.isText(given)) {
            return given;
        }
        throw new UserException("The first argument of " + VECTOR_SEARCH + " must be an external table: " + USAGE);
    }

    private static SqlNode column(SqlNode given) {
        if (OptionMap.isText(given)) {
            return given;
        }
        if (given instanceof SqlCall descriptor
                && descriptor.getOperator().getName().equalsIgnoreCase("DESCRIPTOR")
                && descriptor.operandCount() == 1
                && descriptor.operand(0) instanceof SqlIdentifier column) {
            return text(String.join(".", column.names), given);
        }
        throw new UserException(
                "The second argument of " + VECTOR_SEARCH + " must be DESCRIPTOR(column), with one column: " + USAGE);
    }

    private static SqlNode text(String text, SqlNode at) {
        return SqlLiteral.createCharString(text, at.getParserPosition());
    }
}
