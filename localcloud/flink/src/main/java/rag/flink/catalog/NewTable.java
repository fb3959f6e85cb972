package rag.flink.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.Settings;
import rag.flink.UserException;
import rag.flink.catalog.SchemaRegistry.Registered;

/**
 * The validated result of a {@code CREATE TABLE}; nothing is created yet.
 *
 * @param key the schema of keys, without an id; empty if records have no key, or one without a schema
 * @param value the schema of values, without an id; empty if they have none
 */
record NewTable(
        int partitions,
        Map<String, String> topicConfigs,
        Optional<Registered> key,
        Optional<Registered> value,
        CatalogEntries.Table entry) {

    static final int DEFAULT_PARTITIONS = 6;

    /** Types with one obvious form as bytes, those of Flink's format {@code raw}. */
    private static final Set<LogicalTypeRoot> ATOMIC =
            Set.of(
                    LogicalTypeRoot.CHAR,
                    LogicalTypeRoot.VARCHAR,
                    LogicalTypeRoot.BINARY,
                    LogicalTypeRoot.VARBINARY,
                    LogicalTypeRoot.BOOLEAN,
                    LogicalTypeRoot.TINYINT,
                    LogicalTypeRoot.SMALLINT,
                    LogicalTypeRoot.INTEGER,
                    LogicalTypeRoot.BIGINT,
                    LogicalTypeRoot.FLOAT,
                    LogicalTypeRoot.DOUBLE);

    static NewTable of(String name, ResolvedCatalogTable table) {
        List<Column> columns =
                table.getResolvedSchema().getColumns().stream().filter(Column::isPhysical).collect(Collectors.toList());
        if (columns.isEmpty()) {
            throw new UserException("Table '" + name + "' needs at least one physical column.");
        }
        Map<String, String> options = new LinkedHashMap<>(table.getOptions());
        requireServed(options);
        ScanOptions.require(options, "");
        requireWritable(options.get(RecordColumns.VALUE_FORMAT));
        MetadataColumns.require(table.getResolvedSchema().getColumns());
        options.remove("connector");
        List<String> primaryKey =
                table.getResolvedSchema().getPrimaryKey().map(constraint -> constraint.getColumns()).orElse(List.of());
        List<String> keys =
                table.getDistribution()
                        .map(TableDistribution::getBucketKeys)
                        .filter(found -> !found.isEmpty())
                        .orElse(primaryKey);
        String mode = options.getOrDefault(TopicTables.CHANGELOG_MODE, primaryKey.isEmpty() ? "append" : "upsert");
        TopicTables.requireKeyed(mode, !primaryKey.isEmpty());
        requireBuckets(mode, keys, primaryKey);
        options.put(TopicTables.CHANGELOG_MODE, mode);
        boolean includesAll = "all".equals(options.get(RecordColumns.FIELDS_INCLUDE));
        String prefix = options.getOrDefault(RecordColumns.KEY_PREFIX, "");
        requirePrefix(prefix, keys, includesAll);
        RowType keyRow = row(columns, keys, true, prefix);
        RowType valueRow = includesAll ? row(columns, List.of(), false, "") : row(columns, keys, false, "");
        if (valueRow.getFieldCount() == 0) {
            throw new UserException("Table '" + name + "' needs a column outside its key.");
        }
        String valueFormat = options.getOrDefault(RecordColumns.VALUE_FORMAT, TableFormat.AVRO_REGISTRY.option);
        String keyFormat = options.getOrDefault(RecordColumns.KEY_FORMAT, TableFormat.AVRO_REGISTRY.option);
        Map<String, String> raw = new LinkedHashMap<>();
        addRaw("key", keyFormat, keys, columns, raw);
        addRaw("value", valueFormat, valueRow.getFieldNames(), columns, raw);
        return new NewTable(
                table.getDistribution().flatMap(TableDistribution::getBucketCount).orElse(DEFAULT_PARTITIONS),
                TopicSettings.fromOptions(options, mode),
                keys.isEmpty() ? Optional.empty() : schema(keyFormat, keyRow, name + "_key"),
                schema(valueFormat, valueRow, name + "_value"),
                new CatalogEntries.Table(
                        table.getResolvedSchema().getColumnNames(),
                        keys,
                        primaryKey,
                        options,
                        table.getComment(),
                        DerivedColumns.of(table.getResolvedSchema()),
                        DerivedColumns.watermarkOf(table.getResolvedSchema()).orElse(null),
                        raw));
    }

    /** The table as it will be in the catalog; its schemas have no ids before they are registered. */
    CatalogTable table(String name) {
        return TopicTables.tableOf(
                new Topic(name, partitions, topicConfigs, key, value), Optional.of(entry), false);
    }

    /** Refuses options that are not served; the connector first, because the others may belong to it. */
    private static void requireServed(Map<String, String> options) {
        String connector = options.get("connector");
        if (connector != null) {
            Settings.TABLE.requireServed(Map.of("connector", connector));
        }
        Settings.TABLE.requireServed(options);
        ExternalTables.requireNone(options.keySet());
        FakerTables.requireNone(options.keySet());
    }

    private static void requireWritable(String format) {
        if (format != null && TableFormat.isDebezium(format)) {
            throw new UserException(
                    "'" + RecordColumns.VALUE_FORMAT + "' = '" + format
                            + "' is that of topics that Debezium writes, which are tables without a CREATE TABLE: use one of"
                            + " 'avro-registry', 'json-registry', 'raw'.");
        }
    }

    /** By the rules of Confluent's DISTRIBUTED BY. */
    private static void requireBuckets(String mode, List<String> keys, List<String> primaryKey) {
        if (primaryKey.isEmpty() || Set.copyOf(keys).equals(Set.copyOf(primaryKey))) {
            return;
        }
        String columns = String.join(", ", primaryKey);
        if (mode.equals("upsert")) {
            throw new UserException(
                    "In '" + TopicTables.CHANGELOG_MODE + "' = 'upsert' the bucket key must be the primary key: leave"
                            + " DISTRIBUTED BY out, or write DISTRIBUTED BY (" + columns + ").");
        }
        if (!primaryKey.containsAll(keys)) {
            throw new UserException(
                    "The bucket key must have columns of the primary key alone: write DISTRIBUTED BY (" + columns
                            + "), or with fewer of them.");
        }
    }

    private static void requirePrefix(String prefix, List<String> keys, boolean includesAll) {
        if (prefix.isEmpty()) {
            return;
        }
        if (includesAll) {
            throw new UserException(
                    "'" + RecordColumns.KEY_PREFIX + "' and '" + RecordColumns.FIELDS_INCLUDE
                            + "' = 'all' exclude one another: a prefix tells the key's columns from the value's.");
        }
        for (String key : keys) {
            if (!key.startsWith(prefix) || key.equals(prefix)) {
                throw new UserException(
                        "The key's column '" + key + "' must begin with '" + RecordColumns.KEY_PREFIX + "' = '" + prefix
                                + "', and have more letters.");
            }
        }
    }

    private static void addRaw(
            String part, String format, List<String> names, List<Column> columns, Map<String, String> raw) {
        if (!format.equals(RecordColumns.RAW) || names.isEmpty()) {
            return;
        }
        for (Column column : columns) {
            if (names.contains(column.getName())) {
                if (names.size() != 1) {
                    throw notRaw(part);
                }
                requireAtomic(part, column.getDataType());
                raw.put(column.getName(), column.getDataType().getLogicalType().asSerializableString());
            }
        }
    }

    /** Refuses a type that has no one form as bytes, for a {@code raw} key or value. */
    static void requireAtomic(String part, DataType type) {
        if (!ATOMIC.contains(type.getLogicalType().getTypeRoot())) {
            throw notRaw(part);
        }
    }

    private static UserException notRaw(String part) {
        return new UserException(
                "'" + part + ".format' = 'raw' needs one column in the " + part
                        + ", of a type such as STRING, BYTES or INT.");
    }

    private static Optional<Registered> schema(String format, RowType row, String name) {
        if (format.equals(RecordColumns.RAW)) {
            return Optional.empty();
        }
        TableFormat registered = TableFormat.ofOption(format);
        return Optional.of(new Registered(0, registered.schemaType, registered.schemaOf(row, name)));
    }

    private static RowType row(List<Column> columns, List<String> names, boolean inside, String prefix) {
        List<RowType.RowField> fields = new ArrayList<>();
        for (Column column : columns) {
            if (names.contains(column.getName()) == inside) {
                fields.add(
                        new RowType.RowField(
                                column.getName().substring(prefix.length()),
                                column.getDataType().getLogicalType(),
                                column.getComment().orElse(null)));
            }
        }
        return new RowType(false, fields);
    }
}
