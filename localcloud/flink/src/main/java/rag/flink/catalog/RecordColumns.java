package rag.flink.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.apache.flink.table.types.utils.TypeConversions;
import rag.flink.UserException;
import rag.flink.catalog.SchemaRegistry.Registered;
import rag.flink.format.Debezium;

/**
 * The columns that a topic's records have, and the options that say where each of them is.
 *
 * @param columns key columns first; without the prefix of the key they have the names of the schemas' fields
 * @param keys names of the key's columns
 * @param options formats, and how the columns of key and value are told apart
 */
record RecordColumns(Map<String, Column> columns, List<String> keys, Map<String, String> options) {

    static final String KEY_FORMAT = "key.format";
    static final String VALUE_FORMAT = "value.format";
    static final String KEY_PREFIX = "key.fields-prefix";
    static final String FIELDS_INCLUDE = "value.fields-include";
    static final String RAW = "raw";

    private static final String RAW_KEY = "key";
    private static final String RAW_VALUE = "val";
    private static final String INFERRED_PREFIX = "key_";

    /** @param comment {@code null} without one */
    record Column(DataType type, String comment) {}

    /** One half of a record: its columns by the names of the schema, and its format. */
    private record Part(Map<String, Column> columns, String format, boolean named) {}

    /**
     * The columns of a table that no DDL has made, by Confluent's rules ("Inferred tables").
     *
     * @param set the options that ALTER TABLE has set
     */
    static RecordColumns inferred(Topic topic, Map<String, String> set) {
        Part value = inferredValue(topic, set.get(VALUE_FORMAT));
        Part key = part(topic.key(), RAW_KEY, false);
        Map<String, String> options = formats(value);
        options.put(KEY_FORMAT, key.format());
        String prefix = "";
        if (key.named() && isWithin(key.columns(), value.columns())) {
            options.put(FIELDS_INCLUDE, "all");
        } else {
            while (overlaps(prefix, key.columns(), value.columns())) {
                prefix += INFERRED_PREFIX;
            }
            if (!prefix.isEmpty()) {
                options.put(KEY_PREFIX, prefix);
            }
        }
        return together(prefixed(prefix, key.columns()), value.columns(), options);
    }

    /** @param format what ALTER TABLE says that it is; {@code null} if nothing */
    private static Part inferredValue(Topic topic, String format) {
        Part value = part(topic.value(), RAW_VALUE, format == null || TableFormat.isDebezium(format));
        if (format != null && !format.equals(value.format())) {
            throw new UserException(
                    "'" + VALUE_FORMAT + "' = '" + format + "' does not fit the schema of '" + topic.name()
                            + "', whose format is '" + value.format()
                            + "'; change events of Debezium have the fields before, after and op.");
        }
        return value;
    }

    /** The same columns, with the types that ALTER TABLE has given to raw keys and values. */
    RecordColumns withRaw(Map<String, String> raw) {
        Map<String, Column> changed = new LinkedHashMap<>(columns);
        changed.replaceAll(
                (name, column) ->
                        RAW.equals(options.get(keys.contains(name) ? KEY_FORMAT : VALUE_FORMAT)) && raw.containsKey(name)
                                ? new Column(type(raw.get(name)), column.comment())
                                : column);
        return new RecordColumns(changed, keys, options);
    }

    /** The columns of a table whose DDL says what is in the key. */
    static RecordColumns declared(Topic topic, CatalogEntries.Table entry) {
        Part value = declaredValue(topic, entry);
        Map<String, String> options = formats(value);
        Map<String, Column> keys = Map.of();
        if (!entry.keys().isEmpty() && RAW.equals(entry.options().get(KEY_FORMAT))) {
            options.put(KEY_FORMAT, RAW);
            keys = raw(entry.keys(), entry);
        } else if (!entry.keys().isEmpty() && topic.key().isPresent()) {
            Part key = part(topic.key(), RAW_KEY, false);
            options.put(KEY_FORMAT, key.format());
            keys = prefixed(entry.options().getOrDefault(KEY_PREFIX, ""), key.columns());
        }
        return together(keys, value.columns(), options);
    }

    private static Part declaredValue(Topic topic, CatalogEntries.Table entry) {
        if (!RAW.equals(entry.options().get(VALUE_FORMAT))) {
            return part(topic.value(), RAW_VALUE, false);
        }
        List<String> values = new ArrayList<>(entry.raw().keySet());
        values.removeAll(entry.keys());
        return new Part(raw(values, entry), RAW, false);
    }

    private static Map<String, Column> raw(List<String> names, CatalogEntries.Table entry) {
        Map<String, Column> columns = new LinkedHashMap<>();
        for (String name : names) {
            columns.put(name, new Column(type(entry.raw().get(name)), null));
        }
        return columns;
    }

    private static DataType type(String text) {
        return TypeConversions.fromLogicalToDataType(
                LogicalTypeParser.parse(text, RecordColumns.class.getClassLoader()));
    }

    private static Part part(Optional<Registered> schema, String unnamed, boolean mayBeDebezium) {
        if (schema.isEmpty()) {
            return new Part(Map.of(unnamed, new Column(DataTypes.BYTES(), null)), RAW, false);
        }
        TableFormat format = TableFormat.ofSchemaType(schema.get().type());
        DataType type = format.typeOf(schema.get().schema());
        Optional<DataType> changed = mayBeDebezium ? Debezium.rowIn(type) : Optional.empty();
        if (changed.isPresent()) {
            return new Part(fields(changed.get()), format.debezium(), true);
        }
        return type.getLogicalType() instanceof RowType
                ? new Part(fields(type), format.option, true)
                : new Part(Map.of(unnamed, new Column(type, null)), format.option, false);
    }

    private static Map<String, Column> fields(DataType row) {
        Map<String, Column> columns = new LinkedHashMap<>();
        List<RowType.RowField> fields = ((RowType) row.getLogicalType()).getFields();
        List<DataType> types = DataType.getFieldDataTypes(row);
        for (int i = 0; i < types.size(); i++) {
            RowType.RowField field = fields.get(i);
            columns.put(field.getName(), new Column(types.get(i), field.getDescription().orElse(null)));
        }
        return columns;
    }

    private static Map<String, String> formats(Part value) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put(VALUE_FORMAT, value.format());
        return options;
    }

    /** Whether the value repeats the whole key: the same names with the same types, null or not included. */
    private static boolean isWithin(Map<String, Column> key, Map<String, Column> value) {
        return key.entrySet().stream()
                .allMatch(
                        column -> {
                            Column same = value.get(column.getKey());
                            return same != null
                                    && same.type().getLogicalType().equals(column.getValue().type().getLogicalType());
                        });
    }

    private static boolean overlaps(String prefix, Map<String, Column> key, Map<String, Column> value) {
        return key.keySet().stream().anyMatch(name -> value.containsKey(prefix + name));
    }

    private static Map<String, Column> prefixed(String prefix, Map<String, Column> columns) {
        Map<String, Column> prefixed = new LinkedHashMap<>();
        columns.forEach((name, column) -> prefixed.put(prefix + name, column));
        return prefixed;
    }

    private static RecordColumns together(
            Map<String, Column> keys, Map<String, Column> values, Map<String, String> options) {
        Map<String, Column> columns = new LinkedHashMap<>(keys);
        values.forEach(columns::putIfAbsent);
        return new RecordColumns(columns, List.copyOf(keys.keySet()), options);
    }
}
