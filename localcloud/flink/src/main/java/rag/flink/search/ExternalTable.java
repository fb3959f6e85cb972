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
 * What an external table shows of a store.
 *
 * @param options by their documented names, {@code connector} among them
 * @param columns what a search returns of each document
 */
public record ExternalTable(String name, Map<String, String> options, RowType columns) implements Serializable {

    /** The column that a search adds. */
    static final String SCORE = "score";

    public static ExternalTable of(String name, ResolvedSchema schema, Map<String, String> options) {
        ExternalTable table =
                new ExternalTable(
                        name, Map.copyOf(options), (RowType) schema.toPhysicalRowDataType().getLogicalType());
        table.provider().required().forEach(table::option);
        return table;
    }

    SearchProvider provider() {
        return SearchProviders.find(options.get(SearchProviders.CONNECTOR)).orElseThrow();
    }

    /** The value of a required option. */
    String option(String key) {
        String value = options.get(key);
        if (value == null || value.isBlank()) {
            throw new UserException("The external table '" + name + "' needs the option '" + key + "'.");
        }
        return value;
    }

    String connection() {
        return option(provider().required().get(0));
    }

    /** Refuses a table that no search could use. */
    public void check(Environment environment) {
        Connection found =
                environment
                        .connection(connection())
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                "The connection '" + connection() + "' of external table '" + name
                                                        + "' does not exist in environment '" + environment.name() + "'."));
        String wanted = provider().connectionType();
        if (!found.type().equalsIgnoreCase(wanted)) {
            throw new UserException(
                    "The connection '" + connection() + "' is of type " + found.type().toUpperCase(Locale.ROOT)
                            + ", but external table '" + name + "' needs one of type " + wanted + ".");
        }
        if (columns.getFieldNames().contains(SCORE)) {
            throw new UserException(
                    "The external table '" + name + "' cannot have a column '" + SCORE
                            + "': a search adds one of that name.");
        }
        for (RowType.RowField field : columns.getFields()) {
            LogicalType unserved = DocumentValues.unserved(field.getType());
            if (unserved != null) {
                throw new UserException(
                        "The column '" + field.getName() + "' of external table '" + name + "' is of type "
                                + unserved.asSummaryString() + ", which no document has: use one of "
                                + String.join(", ", DocumentValues.SERVED) + ".");
            }
        }
    }

    List<String> columnNames() {
        return columns.getFieldNames();
    }
}
