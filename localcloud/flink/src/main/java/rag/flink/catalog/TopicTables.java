package rag.flink.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.types.DataType;
import rag.flink.UserException;

/** Makes the table of a topic from its registered schemas and, if there was a DDL, from its catalog entry. */
public final class TopicTables {

    public static final String CHANGELOG_MODE = "changelog.mode";

    static final String UPSERT = "upsert";

    private TopicTables() {}

    /** The table of a topic; a schema of which no table can be made is refused with the topic's name. */
    static CatalogTable tableOf(Topic topic, Optional<CatalogEntries.Table> entry, boolean systemColumns) {
        try {
            CatalogEntries.Table known = entry.orElse(CatalogEntries.Table.ofTopic());
            return known.isInferred() ? inferred(topic, known, systemColumns) : declared(topic, known, systemColumns);
        } catch (ValidationException | IllegalArgumentException e) {
            throw new UserException("The topic '" + topic.name() + "' cannot be a table: " + e.getMessage(), e);
        }
    }

    private static CatalogTable inferred(Topic topic, CatalogEntries.Table entry, boolean systemColumns) {
        RecordColumns columns = RecordColumns.inferred(topic, entry.options()).withRaw(entry.raw());
        Map<String, String> options =
                options(topic, inferredMode(topic, columns), columns.options(), entry.options());
        boolean isUpsert = options.get(CHANGELOG_MODE).equals(UPSERT);
        Map<String, CatalogEntries.Derived> derived = derived(entry);
        Schema.Builder schema = Schema.newBuilder();
        columns.columns()
                .forEach(
                        (name, column) -> {
                            if (!derived.containsKey(name)) {
                                add(schema, name, column, isUpsert && columns.keys().contains(name));
                            }
                        });
        derived.values().forEach(column -> DerivedColumns.add(column, schema));
        addTimes(schema, entry.watermark(), systemColumns);
        if (isUpsert) {
            schema.primaryKey(columns.keys());
        }
        return table(schema, null, options, TableDistribution.ofHash(columns.keys(), topic.partitions()));
    }

    private static Map<String, CatalogEntries.Derived> derived(CatalogEntries.Table entry) {
        Map<String, CatalogEntries.Derived> derived = new LinkedHashMap<>();
        entry.derived().forEach(column -> derived.put(column.name(), column));
        return derived;
    }

    /** Adds the watermark and the hidden column, which is shown, too, where the watermark is of it. */
    static void addTimes(Schema.Builder schema, CatalogEntries.Watermark watermark, boolean systemColumns) {
        if (watermark != null) {
            schema.watermark(
                    watermark.column(), SystemColumns.watermark(watermark.column(), watermark.expression()));
        }
        if (systemColumns || (watermark != null && watermark.column().equals(SystemColumns.ROWTIME))) {
            SystemColumns.addTo(schema, watermark != null);
        }
    }

    /** Confluent's rule: compaction keeps the last record of each key, and Debezium's events take rows back. */
    private static String inferredMode(Topic topic, RecordColumns columns) {
        if (TopicSettings.isCompacted(topic.configs())) {
            return UPSERT;
        }
        return TableFormat.isDebezium(columns.options().get(RecordColumns.VALUE_FORMAT)) ? "retract" : "append";
    }

    private static CatalogTable declared(Topic topic, CatalogEntries.Table entry, boolean systemColumns) {
        RecordColumns columns = RecordColumns.declared(topic, entry);
        Map<String, String> options = options(topic, "append", columns.options(), entry.options());
        Map<String, CatalogEntries.Derived> derived = derived(entry);
        List<String> order = new ArrayList<>(entry.columns());
        order.removeIf(name -> !columns.columns().containsKey(name) && !derived.containsKey(name));
        columns.columns().keySet().stream().filter(name -> !order.contains(name)).forEach(order::add);
        Schema.Builder schema = Schema.newBuilder();
        for (String name : order) {
            if (derived.containsKey(name)) {
                DerivedColumns.add(derived.get(name), schema);
            } else {
                add(schema, name, columns.columns().get(name), false);
            }
        }
        addTimes(schema, entry.watermark(), systemColumns);
        if (!entry.primaryKey().isEmpty()) {
            schema.primaryKey(entry.primaryKey());
        }
        TableDistribution distribution =
                entry.keys().isEmpty()
                        ? TableDistribution.ofUnknown(topic.partitions())
                        : TableDistribution.ofHash(entry.keys(), topic.partitions());
        return table(schema, entry.comment(), options, distribution);
    }

    private static Map<String, String> options(
            Topic topic, String mode, Map<String, String> ofColumns, Map<String, String> set) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("connector", "confluent");
        options.put(CHANGELOG_MODE, mode);
        options.put("scan.bounded.mode", "unbounded");
        options.put("scan.startup.mode", "earliest-offset");
        options.putAll(ofColumns);
        options.putAll(set);
        options.putAll(TopicSettings.toOptions(topic.configs(), set));
        return options;
    }

    private static void add(Schema.Builder schema, String name, RecordColumns.Column column, boolean notNull) {
        DataType type = notNull ? column.type().notNull() : column.type();
        schema.column(name, type);
        if (column.comment() != null) {
            schema.withComment(column.comment());
        }
    }

    private static CatalogTable table(
            Schema.Builder schema, String comment, Map<String, String> options, TableDistribution distribution) {
        return CatalogTable.newBuilder()
                .schema(schema.build())
                .comment(comment)
                .options(options)
                .distribution(distribution)
                .build();
    }

    /** Refuses a changelog mode that needs a key for a table without one. */
    static void requireKeyed(String mode, boolean hasPrimaryKey) {
        if (mode.equals(UPSERT) && !hasPrimaryKey) {
            throw new UserException("'changelog.mode' = 'upsert' needs a PRIMARY KEY (...) NOT ENFORCED.");
        }
    }
}
