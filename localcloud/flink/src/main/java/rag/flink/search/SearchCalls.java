package rag.flink.search;

import java.util.Map;
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
    static final String KEY_SEARCH = "KEY_SEARCH_AGG";
    static final String TEXT_SEARCH = "TEXT_SEARCH_AGG";

    private static final Map<Integer, String> COUNTS = Map.of(3, "three", 4, "four", 5, "five");

    /** How a search is called; the MAP of options comes behind that. */
    private static final Map<String, String> USAGES =
            Map.of(
                    VECTOR_SEARCH, "VECTOR_SEARCH_AGG(table, DESCRIPTOR(column), vector, limit)",
                    KEY_SEARCH, "KEY_SEARCH_AGG(table, DESCRIPTOR(column), key)",
                    TEXT_SEARCH, "TEXT_SEARCH_AGG(table, DESCRIPTOR(column), text, limit)");

    private SearchCalls() {}

    /** @param name of the called function, in capitals */
    public static void rewrite(SqlCall call, String name) {
        if (USAGES.containsKey(name)) {
            rewrite(call, name, name.equals(KEY_SEARCH) ? 3 : 4);
        }
    }

    private static void rewrite(SqlCall call, String name, int needed) {
        if (call.operandCount() < needed || call.operandCount() > needed + 1) {
            throw new UserException(
                    name + " takes " + COUNTS.get(needed) + " or " + COUNTS.get(needed + 1) + " arguments and was given "
                            + call.operandCount() + ": " + usage(name));
        }
        call.setOperand(0, table(name, call.operand(0)));
        call.setOperand(1, column(name, call.operand(1)));
        if (call.operandCount() > needed) {
            call.setOperand(needed, OptionMap.asText(call.operand(needed), name, usage(name)));
        }
    }

    private static String usage(String name) {
        return "write " + USAGES.get(name) + ", perhaps with a MAP of options behind.";
    }

    private static SqlNode table(String name, SqlNode given) {
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
        throw new UserException("The first argument of " + name + " must be an external table: " + usage(name));
    }

    private static SqlNode column(String name, SqlNode given) {
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
                "The second argument of " + name + " must be DESCRIPTOR(column), with one column: " + usage(name));
    }

    private static SqlNode text(String text, SqlNode at) {
        return SqlLiteral.createCharString(text, at.getParserPosition());
    }
}
