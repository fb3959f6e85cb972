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
    static final String KEY_SEARCH = "KEY_SEARCH_AGG";

    private static final Map<String, String> NOT_SERVED =
            Map.of(
                    "TEXT_SEARCH_AGG", "search by meaning, with VECTOR_SEARCH_AGG",
                    "VECTOR_SEARCH", "write VECTOR_SEARCH_AGG(table, DESCRIPTOR(column), vector, limit)");

    private static final Map<Integer, String> COUNTS = Map.of(3, "three", 4, "four", 5, "five");

    /** How a search is called; the MAP of options comes behind that. */
    private static final Map<String, String> USAGES =
            Map.of(
                    VECTOR_SEARCH, "VECTOR_SEARCH_AGG(table, DESCRIPTOR(column), vector, limit)",
                    KEY_SEARCH, "KEY_SEARCH_AGG(table, DESCRIPTOR(column), key)");

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
        if (USAGES.containsKey(name)) {
            rewrite(call, name, name.equals(VECTOR_SEARCH) ? 4 : 3);
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
            call.setOperand(needed, options(name, needed, call.operand(needed)));
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
        if (isText(given)) {
            return given;
        }
        throw new UserException("The first argument of " + name + " must be an external table: " + usage(name));
    }

    private static SqlNode column(String name, SqlNode given) {
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
                "The second argument of " + name + " must be DESCRIPTOR(column), with one column: " + usage(name));
    }

    /** {@code MAP['a', 1]} as {@code a=1}, one a line. */
    private static SqlNode options(String name, int position, SqlNode given) {
        if (isText(given)) {
            return given;
        }
        if (given.getKind() != SqlKind.MAP_VALUE_CONSTRUCTOR) {
            throw new UserException("The " + (position == 4 ? "fifth" : "fourth") + " argument of " + name + " must be a MAP of options: " + usage(name));
        }
        List<SqlNode> parts = ((SqlCall) given).getOperandList();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < parts.size(); i += 2) {
            lines.add(literal(name, parts.get(i)) + "=" + literal(name, parts.get(i + 1)));
        }
        return text(String.join("\n", lines), given);
    }

    private static String literal(String name, SqlNode given) {
        if (given instanceof SqlLiteral literal && literal.toValue() != null) {
            return literal.toValue().strip();
        }
        throw new UserException(
                "The options of " + name + " must be written out: " + given + " is no text, number or boolean.");
    }

    private static boolean isText(SqlNode given) {
        return given.getKind() == SqlKind.LITERAL
                && ((SqlLiteral) given).getTypeName() == SqlTypeName.CHAR;
    }

    private static SqlNode text(String text, SqlNode at) {
        return SqlLiteral.createCharString(text, at.getParserPosition());
    }
}
