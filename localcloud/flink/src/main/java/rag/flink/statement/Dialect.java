package rag.flink.statement;

import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlGroupedWindowFunction;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import rag.flink.UserException;

/** What Flink runs and Confluent's dialect does not have, refused in Confluent's words. */
final class Dialect {

    /** Functions of Flink that Confluent's public fork of it refuses by name. */
    private static final Set<String> FUNCTIONS =
            Set.of("PROCTIME", "PROCTIME_MATERIALIZE", "MATCH_PROCTIME", "STREAMRECORD_TIMESTAMP", "PRINT");

    private Dialect() {}

    static void require(SqlNode statement) {
        statement.accept(
                new SqlBasicVisitor<Void>() {
                    @Override
                    public Void visit(SqlCall call) {
                        requireFunction(call.getOperator().getName().toUpperCase(Locale.ROOT));
                        if (call instanceof SqlSelect select && select.getGroup() != null) {
                            select.getGroup().forEach(Dialect::requireNoWindow);
                        }
                        return super.visit(call);
                    }
                });
    }

    private static void requireFunction(String name) {
        if (FUNCTIONS.contains(name)) {
            throw new UserException(
                    "Function '" + name + "' is not supported in Confluent's Flink SQL dialect. Use the time of the event:"
                            + " $rowtime, or a column with a watermark.");
        }
    }

    private static void requireNoWindow(SqlNode key) {
        key.accept(
                new SqlBasicVisitor<Void>() {
                    @Override
                    public Void visit(SqlCall call) {
                        if (call.getOperator() instanceof SqlGroupedWindowFunction) {
                            throw new UserException(
                                    "SQL syntax that calls TUMBLE, HOP, and SESSION in the GROUP BY clause is not"
                                            + " supported. Use table-valued function (TVF) syntax instead which is"
                                            + " standard compliant.");
                        }
                        return super.visit(call);
                    }
                });
    }
}
