package rag.flink.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.UniqueConstraint;
import org.apache.flink.table.types.AbstractDataType;
import org.apache.flink.table.types.DataType;
import rag.flink.UserException;

/**
 * The validated result of an {@code ALTER TABLE} on a table's columns or watermark.
 *
 * <p>Confluent's ALTER TABLE adds, changes and drops metadata columns, computed columns and the watermark; the columns
 * of the records are those of their schemas, except for the type of a {@code raw} key or value.
 */
final class TableColumns {

    private TableColumns() {}

    /** The table's entry as it will be. */
    static CatalogEntries.Table changed(
            String name, CatalogBaseTable before, CatalogBaseTable after, CatalogEntries.Table entry) {
        if (!(before instanceof CatalogTable old) || !(after instanceof ResolvedCatalogTable changed)) {
            throw new UserException("A view has no columns to change: write ALTER VIEW ... AS.");
        }
        ResolvedSchema schema = changed.getResolvedSchema();
        requireSameKeys(name, old, changed);
        Map<String, DataType> columns = physical(schema);
        Map<String, String> raw = new LinkedHashMap<>(entry.raw());
        physical(old.getUnresolvedSchema())
                .forEach(
                        (column, type) -> {
                            if (!columns.containsKey(column)) {
                                throw ofSchema(name, "dropped or renamed");
                            }
                            if (!columns.get(column).getLogicalType().equals(type.getLogicalType())) {
                                requireRaw(name, column, old.getOptions(), columns.get(column));
                                raw.put(column, columns.get(column).getLogicalType().asSerializableString());
                            }
                            columns.remove(column);
                        });
        if (!columns.isEmpty()) {
            throw ofSchema(name, "added");
        }
        MetadataColumns.require(schema.getColumns());
        return entry.withColumns(
                entry.isInferred() ? List.of() : order(entry.columns(), schema),
                DerivedColumns.of(schema),
                DerivedColumns.watermarkOf(schema).orElse(null),
                raw);
    }

    private static void requireSameKeys(String name, CatalogTable before, ResolvedCatalogTable after) {
        List<String> old =
                before.getUnresolvedSchema()
                        .getPrimaryKey()
                        .map(Schema.UnresolvedPrimaryKey::getColumnNames)
                        .orElse(List.of());
        List<String> changed =
                after.getResolvedSchema().getPrimaryKey().map(UniqueConstraint::getColumns).orElse(List.of());
        if (!old.equals(changed) || !before.getDistribution().equals(after.getDistribution())) {
            throw new UserException(
                    "Primary key and distribution of the table '" + name
                            + "' cannot be changed: create another table, and copy the rows with INSERT INTO.");
        }
    }

    private static UserException ofSchema(String name, String what) {
        return new UserException(
                "A column that records have cannot be " + what
                        + " by ALTER TABLE: register another version of the schema '" + name + "-value'.");
    }

    /** A type can be changed where no schema has it. */
    private static void requireRaw(String name, String column, Map<String, String> options, DataType type) {
        boolean isKey = column.equals(options.getOrDefault(RecordColumns.KEY_PREFIX, "") + "key");
        String format = options.get(isKey ? RecordColumns.KEY_FORMAT : RecordColumns.VALUE_FORMAT);
        if (!RecordColumns.RAW.equals(format)) {
            throw ofSchema(name, "changed");
        }
        NewTable.requireAtomic(isKey ? "key" : "value", type);
    }

    /** The columns in the order of the DDL, then what is new. */
    private static List<String> order(List<String> before, ResolvedSchema schema) {
        List<String> order = new ArrayList<>(before);
        order.retainAll(schema.getColumnNames());
        schema.getColumnNames().stream()
                .filter(name -> !order.contains(name) && !name.equals(SystemColumns.ROWTIME))
                .forEach(order::add);
        return order;
    }

    private static Map<String, DataType> physical(ResolvedSchema schema) {
        Map<String, DataType> columns = new LinkedHashMap<>();
        schema.getColumns().stream()
                .filter(Column::isPhysical)
                .forEach(column -> columns.put(column.getName(), column.getDataType()));
        return columns;
    }

    private static Map<String, DataType> physical(Schema schema) {
        Map<String, DataType> columns = new LinkedHashMap<>();
        for (Schema.UnresolvedColumn column : schema.getColumns()) {
            if (column instanceof Schema.UnresolvedPhysicalColumn physical) {
                AbstractDataType<?> type = physical.getDataType();
                columns.put(column.getName(), (DataType) type);
            }
        }
        return columns;
    }
}
