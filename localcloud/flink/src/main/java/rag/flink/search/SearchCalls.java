package rag.flink.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import rag.flink.UserException;

/**
 * Writes Confluent's search calls as calls of a function of Flink.
 *
 * <p>Table, column and options become text: a function of Flink's cannot be given a table, and a table that is named in
 * its place would be taken for a column.
 */
public final class SearchCalls {

    static final String VECTOR_SEARCH = "VECTOR_SEARCH_AGG";

    private static final Map<String, String> NOT_SERVED =
            Map.of(
                    "KEY_SEARCH_AGG", "join the topic that the store was filled from instead",
                    "TEXT_SEARCH_AGG", "search by meaning, with VECTOR_SEARCH_AGG",
                    "VECTOR_SEARCH", "write VECTOR_SEARCH_AGG(table, DESCRIPTOR(column), vector, limit)");

    private static final String USAGE =
            "write VECTOR_SEARCH_AGG(table, DESCRIPTOR(column), vector, limit), perhaps with a MAP of options behind.";

    private SearchCalls() {}

    /** Changes the calls within a parsed statement in place. */
    public static void rewrite(SqlNode statement) {
        statement.accept(
                new SqlBasicVisitor<Void>() {
                    @Override
                    public Void visit(SqlCall call) {
                        rewrite(call);
                        return super.visit(call);
                    }
                });
    }

    private static void rewrite(SqlCall call) {
        String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
        if (NOT_SERVED.containsKey(name)) {
            throw new UserException(name + " is not supported by the local cloud: " + NOT_SERVED.get(name) + ".");
        }
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
            call.setOperand(4, options(call.operand(4)));
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
        if (isText(given)) {
            return given;
        }
        throw new UserException("The first argument of " + VECTOR_SEARCH + " must be an external table: " + USAGE);
    }

    private static SqlNode column(SqlNode given) {
        if (isText(given)) {
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

    /** {@code MAP['a', 1]} as {@code a=1}, one a line. */
    private static SqlNode options(SqlNode given) {
        if (isText(given)) {
            return given;
        }
        if (given.getKind() != SqlKind.MAP_VALUE_CONSTRUCTOR) {
            throw new UserException("The fifth argument of " + VECTOR_SEARCH + " must be a MAP of options: " + USAGE);
        }
        List<SqlNode> parts = ((SqlCall) given).getOperandList();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < parts.size(); i += 2) {
            lines.add(literal(parts.get(i)) + "=" + literal(parts.get(i + 1)));
        }
        return text(String.join("\n", lines), given);
    }

    private static String literal(SqlNode given) {
        if (given instanceof SqlLiteral literal && literal.toValue() != null) {
            return literal.toValue().strip();
        }
        throw new UserException(
                "The options of " + VECTOR_SEARCH + " must be written out: " + given + " is no text, number or boolean.");
    }

    private static boolean isText(SqlNode given) {
        return given.getKind() == SqlKind.LITERAL
                && ((SqlLiteral) given).getTypeName() == SqlTypeName.CHAR;
    }

    private static SqlNode text(String text, SqlNode at) {
        return SqlLiteral.createCharString(text, at.getParserPosition());
    }
}
