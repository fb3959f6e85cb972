package rag.flink.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.Settings;
import rag.flink.UserException;
import rag.flink.catalog.SchemaRegistry.Registered;

/** Converts between a table and its representation: a topic's registered schemas and a catalog entry. */
final class TopicTables {

    static final String KEY_FORMAT = "key.format";
    static final String VALUE_FORMAT = "value.format";
    static final String CHANGELOG_MODE = "changelog.mode";
    static final String RAW_COLUMN = "val";

    private TopicTables() {}

    /** The table of a topic: its columns are those of the latest schemas, in the order of the DDL if there was one. */
    static CatalogTable tableOf(
            String topic,
            int partitions,
            Optional<Registered> key,
            Optional<Registered> value,
            Optional<CatalogEntries.Table> entry,
            boolean systemColumns) {
        Map<String, DataType> columns = new LinkedHashMap<>();
        Map<String, String> options = new LinkedHashMap<>();
        options.put("connector", "confluent");
        options.put(CHANGELOG_MODE, "append");
        options.put("scan.bounded.mode", "unbounded");
        options.put("scan.startup.mode", "earliest-offset");
        List<String> keys = entry.map(CatalogEntries.Table::keys).orElse(List.of());
        if (!keys.isEmpty() && key.isPresent()) {
            TableFormat format = TableFormat.ofSchemaType(topic, key.get().type());
            addFields(columns, format.rowOf(key.get().schema()));
            options.put(KEY_FORMAT, format.option);
        }
        if (value.isPresent()) {
            TableFormat format = TableFormat.ofSchemaType(topic, value.get().type());
            addFields(columns, format.rowOf(value.get().schema()));
            options.put(VALUE_FORMAT, format.option);
        } else {
            columns.put(RAW_COLUMN, DataTypes.BYTES());
            options.put(VALUE_FORMAT, "raw");
        }
        entry.ifPresent(details -> options.putAll(details.options()));

        Schema.Builder schema = Schema.newBuilder();
        Map<String, CatalogEntries.Derived> derived = new LinkedHashMap<>();
        entry.map(CatalogEntries.Table::derived).orElse(List.of()).forEach(column -> derived.put(column.name(), column));
        List<String> order = new ArrayList<>(entry.map(CatalogEntries.Table::columns).orElse(List.of()));
        order.removeIf(name -> !columns.containsKey(name) && !derived.containsKey(name));
        columns.keySet().stream().filter(name -> !order.contains(name)).forEach(order::add);
        for (String name : order) {
            if (derived.containsKey(name)) {
                DerivedColumns.add(derived.get(name), schema);
            } else {
                schema.column(name, columns.get(name));
            }
        }
        Optional<CatalogEntries.Watermark> watermark = entry.map(CatalogEntries.Table::watermark);
        watermark.ifPresent(
                declared ->
                        schema.watermark(
                                declared.column(), SystemColumns.watermark(declared.column(), declared.expression())));
        if (systemColumns) {
            SystemColumns.addTo(schema, watermark.isPresent());
        }
        List<String> primaryKey = entry.map(CatalogEntries.Table::primaryKey).orElse(List.of());
        if (!primaryKey.isEmpty()) {
            schema.primaryKey(primaryKey);
        }
        CatalogTable.Builder table =
                CatalogTable.newBuilder()
                        .schema(schema.build())
                        .comment(entry.map(CatalogEntries.Table::comment).orElse(null))
                        .options(options);
        if (!keys.isEmpty()) {
            table.distribution(TableDistribution.ofHash(keys, partitions));
        }
        return table.build();
    }

    private static void addFields(Map<String, DataType> columns, DataType row) {
        List<String> names = DataType.getFieldNames(row);
        List<DataType> types = DataType.getFieldDataTypes(row);
        for (int i = 0; i < names.size(); i++) {
            columns.put(names.get(i), types.get(i));
        }
    }

    /** The validated result of a {@code CREATE TABLE}; nothing is created yet. */
    static NewTable planned(String name, ResolvedCatalogTable table) {
        RowType row = (RowType) table.getResolvedSchema().toPhysicalRowDataType().getLogicalType();
        if (row.getFieldCount() == 0) {
            throw new UserException("Table '" + name + "' needs at least one physical column.");
        }
        Map<String, String> options = new LinkedHashMap<>(table.getOptions());
        requireServed(options);
        options.remove("connector");
        List<String> primaryKey =
                table.getResolvedSchema().getPrimaryKey().map(constraint -> constraint.getColumns()).orElse(List.of());
        List<String> keys =
                table.getDistribution()
                        .map(TableDistribution::getBucketKeys)
                        .filter(columns -> !columns.isEmpty())
                        .orElse(primaryKey);
        int partitions = table.getDistribution().flatMap(TableDistribution::getBucketCount).orElse(6);
        String mode = options.getOrDefault(CHANGELOG_MODE, primaryKey.isEmpty() ? "append" : "upsert");
        requireKeyed(mode, !primaryKey.isEmpty());
        options.put(CHANGELOG_MODE, mode);
        TableFormat valueFormat =
                TableFormat.ofOption(options.getOrDefault(VALUE_FORMAT, TableFormat.AVRO_REGISTRY.option));
        TableFormat keyFormat = TableFormat.ofOption(options.getOrDefault(KEY_FORMAT, valueFormat.option));
        RowType keyRow = project(row, keys, true);
        RowType valueRow = project(row, keys, false);
        if (valueRow.getFieldCount() == 0) {
            throw new UserException("Table '" + name + "' needs a column outside its key.");
        }
        return new NewTable(
                partitions,
                TopicSettings.fromOptions(options, mode),
                keys.isEmpty() ? null : keyFormat.schemaOf(keyRow, name + "_key"),
                keyFormat.schemaType,
                valueFormat.schemaOf(valueRow, name + "_value"),
                valueFormat.schemaType,
                new CatalogEntries.Table(
                        table.getResolvedSchema().getColumnNames(),
                        keys,
                        primaryKey,
                        options,
                        table.getComment(),
                        DerivedColumns.of(table.getResolvedSchema()),
                        DerivedColumns.watermarkOf(table.getResolvedSchema()).orElse(null)));
    }

    /** Refuses options that are not served; the connector first, because the others may belong to it. */
    private static void requireServed(Map<String, String> options) {
        String connector = options.get("connector");
        if (connector != null) {
            Settings.TABLE.requireServed(Map.of("connector", connector));
        }
        Settings.TABLE.requireServed(options);
        ExternalTables.requireNone(options.keySet());
    }

    /** Refuses a changelog mode that needs a key for a table without one. */
    static void requireKeyed(String mode, boolean hasPrimaryKey) {
        if (mode.equals("upsert") && !hasPrimaryKey) {
            throw new UserException("'changelog.mode' = 'upsert' needs a PRIMARY KEY (...) NOT ENFORCED.");
        }
    }

    /** @param keySchema {@code null} if records have no key */
    record NewTable(
            int partitions,
            Map<String, String> topicConfigs,
            String keySchema,
            String keySchemaType,
            String valueSchema,
            String valueSchemaType,
            CatalogEntries.Table entry) {

        /** The table as it will be in the catalog; its schemas have no ids before they are registered. */
        CatalogTable table(String topic) {
            return tableOf(topic, partitions, key(), Optional.of(value()), Optional.of(entry), false);
        }

        Optional<Registered> key() {
            return Optional.ofNullable(keySchema).map(schema -> new Registered(0, keySchemaType, schema));
        }

        Registered value() {
            return new Registered(0, valueSchemaType, valueSchema);
        }
    }

    private static RowType project(RowType row, List<String> names, boolean inside) {
        List<RowType.RowField> fields =
                row.getFields().stream()
                        .filter(field -> names.contains(field.getName()) == inside)
                        .collect(Collectors.toList());
        return new RowType(false, fields);
    }
}
