package rag.flink.search;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.UserException;
import rag.flink.workspace.Connection;
import rag.flink.workspace.Environment;

/**
 * A collection of MongoDB with a vector search index, as an external table names it.
 *
 * @param vectorField the field that has the vectors; {@code null} if the search says it
 * @param numCandidates of how many neighbours a search takes its results; 0 if that is left to the search
 * @param columns what a search returns of each document
 */
public record ExternalTable(
        String name,
        String connection,
        String database,
        String collection,
        String index,
        String vectorField,
        int numCandidates,
        RowType columns)
        implements Serializable {

    public static final String CONNECTOR = "mongodb";

    /** The column that a search adds. */
    static final String SCORE = "score";

    private static final String PREFIX = "mongodb.";

    public static boolean isOption(String key) {
        return key.startsWith(PREFIX);
    }

    public static ExternalTable of(String name, ResolvedSchema schema, Map<String, String> options) {
        return new ExternalTable(
                name,
                required(name, options, "mongodb.connection"),
                required(name, options, "mongodb.database"),
                required(name, options, "mongodb.collection"),
                required(name, options, "mongodb.index"),
                options.get("mongodb.embedding_column"),
                Integer.parseInt(options.getOrDefault("mongodb.numCandidates", "0")),
                (RowType) schema.toPhysicalRowDataType().getLogicalType());
    }

    private static String required(String name, Map<String, String> options, String key) {
        String value = options.get(key);
        if (value == null || value.isBlank()) {
            throw new UserException("The external table '" + name + "' needs the option '" + key + "'.");
        }
        return value;
    }

    /** Refuses a table that no search could use. */
    public void check(Environment environment) {
        Connection found =
                environment
                        .connection(connection)
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                "The connection '" + connection + "' of external table '" + name
                                                        + "' does not exist in environment '" + environment.name() + "'."));
        if (!found.type().equalsIgnoreCase("mongodb")) {
            throw new UserException(
                    "The connection '" + connection + "' is of type " + found.type().toUpperCase(Locale.ROOT)
                            + ", but external table '" + name + "' needs one of type MONGODB.");
        }
        if (columns.getFieldNames().contains(SCORE)) {
            throw new UserException(
                    "The external table '" + name + "' cannot have a column '" + SCORE
                            + "': a search adds one of that name.");
        }
        for (RowType.RowField field : columns.getFields()) {
            LogicalType unserved = BsonValues.unserved(field.getType());
            if (unserved != null) {
                throw new UserException(
                        "The column '" + field.getName() + "' of external table '" + name + "' is of type "
                                + unserved.asSummaryString() + ", which no document has: use one of "
                                + String.join(", ", BsonValues.SERVED) + ".");
            }
        }
    }

    /** Whether two searches can share a result type. */
    List<String> columnNames() {
        return columns.getFieldNames();
    }
}
