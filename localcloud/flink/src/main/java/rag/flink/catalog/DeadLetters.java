package rag.flink.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.apache.flink.table.types.utils.TypeConversions;
import rag.flink.UserException;

/**
 * The table that records go to which cannot be read: Confluent's "dead letter queue", with its columns.
 *
 * <p>Its page is "Configure a Dead Letter Queue"; the options are in "CREATE TABLE".
 */
final class DeadLetters {

    static final String MODE = "error-handling.mode";
    static final String TARGET = "error-handling.log.target";
    static final String FAIL = "fail";
    static final String LOG = "log";

    private static final String DEFAULT_TARGET = "error_log";

    private static final Map<String, String> COLUMNS = new LinkedHashMap<>();

    static {
        COLUMNS.put("error_timestamp", "TIMESTAMP_LTZ(3) NOT NULL");
        COLUMNS.put("error_code", "INT NOT NULL");
        COLUMNS.put("error_reason", "STRING NOT NULL");
        COLUMNS.put("error_message", "STRING NOT NULL");
        COLUMNS.put("error_details", "MAP<STRING NOT NULL, STRING> NOT NULL");
        COLUMNS.put("processor", "STRING NOT NULL");
        COLUMNS.put("statement_name", "STRING");
        COLUMNS.put("affected_type", "STRING NOT NULL");
        COLUMNS.put("affected_catalog", "STRING");
        COLUMNS.put("affected_database", "STRING");
        COLUMNS.put("affected_name", "STRING");
        COLUMNS.put(
                "source_record",
                "ROW<`topic` STRING, `partition` INT, `offset` BIGINT, `timestamp` TIMESTAMP_LTZ(3),"
                        + " `timestamp_type` STRING, `headers` MAP<STRING NOT NULL, BYTES>, `key` BYTES, `value` BYTES>");
    }

    private DeadLetters() {}

    /** The table that a table with these options writes to; empty unless its mode is {@code log}. */
    static Optional<String> of(Map<String, String> options) {
        return LOG.equals(options.get(MODE))
                ? Optional.of(options.getOrDefault(TARGET, DEFAULT_TARGET))
                : Optional.empty();
    }

    static RowType row() {
        return (RowType) schema().toPhysicalRowDataType().getLogicalType();
    }

    /** The table as a DDL would declare it. */
    static ResolvedCatalogTable table() {
        ResolvedSchema resolved = schema();
        Schema schema = Schema.newBuilder().fromResolvedSchema(resolved).build();
        return new ResolvedCatalogTable(CatalogTable.newBuilder().schema(schema).options(Map.of()).build(), resolved);
    }

    /** Refuses a table that would be its own dead letter queue. */
    static void requireOther(String letters, String table) {
        if (letters.equals(table)) {
            throw new UserException(
                    "'" + TARGET + "' = '" + letters
                            + "' is the table itself: name another table, or leave the option out.");
        }
    }

    /** Refuses a table with other columns. */
    static void requireColumns(String letters, CatalogBaseTable found) {
        Schema wanted = Schema.newBuilder().fromResolvedSchema(schema()).build();
        if (!(found instanceof CatalogTable) || !physical(found.getUnresolvedSchema()).equals(physical(wanted))) {
            throw new UserException(
                    "The table '" + letters + "' has other columns than a dead letter queue ("
                            + String.join(", ", COLUMNS.keySet()) + "): name another table as '" + TARGET
                            + "', or drop it first.");
        }
    }

    private static List<String> physical(Schema schema) {
        return schema.getColumns().stream()
                .filter(Schema.UnresolvedPhysicalColumn.class::isInstance)
                .map(column -> column.getName() + " " + ((Schema.UnresolvedPhysicalColumn) column).getDataType())
                .sorted()
                .toList();
    }

    private static ResolvedSchema schema() {
        return ResolvedSchema.of(
                COLUMNS.entrySet().stream()
                        .map(column -> (Column) Column.physical(column.getKey(), type(column.getValue())))
                        .toList());
    }

    private static DataType type(String text) {
        return TypeConversions.fromLogicalToDataType(
                LogicalTypeParser.parse(text, DeadLetters.class.getClassLoader()));
    }
}
