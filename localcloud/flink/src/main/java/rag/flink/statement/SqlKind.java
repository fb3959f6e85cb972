package rag.flink.statement;

import java.util.Locale;
import java.util.Map;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.operations.CreateTableASOperation;
import org.apache.flink.table.operations.ExplainOperation;
import org.apache.flink.table.operations.ModifyOperation;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.operations.QueryOperation;
import org.apache.flink.table.operations.StatementSetOperation;
import org.apache.flink.table.operations.ddl.AlterModelChangeOperation;
import org.apache.flink.table.operations.ddl.AlterModelRenameOperation;
import org.apache.flink.table.operations.ddl.AlterTableChangeOperation;
import org.apache.flink.table.operations.ddl.AlterViewAsOperation;
import org.apache.flink.table.operations.ddl.AlterViewRenameOperation;
import org.apache.flink.table.operations.ddl.CreateModelOperation;
import org.apache.flink.table.operations.ddl.CreateTableOperation;
import org.apache.flink.table.operations.ddl.CreateViewOperation;
import org.apache.flink.table.operations.ddl.DropModelOperation;
import org.apache.flink.table.operations.ddl.DropTableOperation;
import org.apache.flink.table.operations.ddl.DropViewOperation;
import rag.flink.UserException;

/** The names that {@code traits.sql_kind} uses. */
final class SqlKind {

    private static final Map<Class<?>, String> NAMES =
            Map.ofEntries(
                    Map.entry(CreateTableOperation.class, "CREATE_TABLE"),
                    Map.entry(CreateViewOperation.class, "CREATE_VIEW"),
                    Map.entry(CreateModelOperation.class, "CREATE_MODEL"),
                    Map.entry(AlterTableChangeOperation.class, "ALTER_TABLE"),
                    Map.entry(AlterViewAsOperation.class, "ALTER_VIEW"),
                    Map.entry(AlterViewRenameOperation.class, "ALTER_VIEW"),
                    Map.entry(AlterModelChangeOperation.class, "ALTER_MODEL"),
                    Map.entry(AlterModelRenameOperation.class, "ALTER_MODEL"),
                    Map.entry(DropTableOperation.class, "DROP_TABLE"),
                    Map.entry(DropViewOperation.class, "DROP_VIEW"),
                    Map.entry(DropModelOperation.class, "DROP_MODEL"),
                    Map.entry(ExplainOperation.class, "EXPLAIN"));

    private SqlKind() {}

    static String of(Operation operation) {
        if (operation instanceof QueryOperation) {
            return "SELECT";
        }
        if (operation instanceof CreateTableASOperation) {
            return "CREATE_TABLE_AS";
        }
        if (operation instanceof StatementSetOperation) {
            return "STATEMENT_SET";
        }
        if (operation instanceof ModifyOperation) {
            return "INSERT_INTO";
        }
        if (operation instanceof ShowTexts || operation instanceof FunctionDescription) {
            return operation.asSummaryString().replace(' ', '_');
        }
        String name = NAMES.get(operation.getClass());
        return name != null ? name : snakeCase(operation.getClass().getSimpleName().replaceAll("Operation$", ""));
    }

    /** Refuses a RENAME into another catalog or database: Flink would ignore it and rename in the old one. */
    static void requireSamePlace(Operation operation) {
        if (operation instanceof AlterViewRenameOperation rename) {
            requireSamePlace("view", rename.getViewIdentifier(), rename.getNewViewIdentifier());
        }
        if (operation instanceof AlterModelRenameOperation rename) {
            requireSamePlace("model", rename.getModelIdentifier(), rename.getNewModelIdentifier());
        }
    }

    private static void requireSamePlace(String what, ObjectIdentifier from, ObjectIdentifier to) {
        if (!from.getCatalogName().equals(to.getCatalogName())
                || !from.getDatabaseName().equals(to.getDatabaseName())) {
            throw new UserException(
                    "A " + what + " stays in its catalog and database: write RENAME TO `" + to.getObjectName() + "`.");
        }
    }

    private static String snakeCase(String name) {
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }
}
