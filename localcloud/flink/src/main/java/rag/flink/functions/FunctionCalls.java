package rag.flink.functions;

import java.util.Locale;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import rag.flink.Listing;
import rag.flink.UserException;
import rag.flink.model.ModelCalls;
import rag.flink.preprocessing.PreprocessingCalls;
import rag.flink.search.SearchCalls;

/**
 * The calls of Confluent's own functions in a parsed statement: those that are not served are refused by name, the others
 * are written as Flink's planner takes them.
 *
 * <p>{@code functions.tsv} has them. Its columns: the function, {@code -} if it is not served, what it does or what to do
 * instead.
 */
public final class FunctionCalls {

    private static final Listing FUNCTIONS = Listing.read("functions.tsv");
    private static final String NOT_SERVED = "-";

    private FunctionCalls() {}

    /** Changes the calls within a parsed statement in place. */
    public static void rewrite(SqlNode statement) {
        statement.accept(
                new SqlBasicVisitor<Void>() {
                    @Override
                    public Void visit(SqlCall call) {
                        String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
                        requireServed(name);
                        if (name.equals("DESCRIPTOR") && call.operandCount() == 0) {
                            throw new UserException("DESCRIPTOR() names no column: write DESCRIPTOR(column).");
                        }
                        ModelCalls.rewrite(call, name);
                        SearchCalls.rewrite(call, name);
                        PreprocessingCalls.check(call, name);
                        return super.visit(call);
                    }
                });
    }

    private static void requireServed(String name) {
        FUNCTIONS
                .find(name)
                .filter(row -> row.answer().equals(NOT_SERVED))
                .ifPresent(
                        row -> {
                            throw new UserException(name + " is not supported by the local cloud: " + row.text() + ".");
                        });
    }
}
