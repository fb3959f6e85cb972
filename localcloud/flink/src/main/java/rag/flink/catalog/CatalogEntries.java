package rag.flink.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.annotation.JsonIgnore;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Entries of a database that topics and schemas cannot hold. Mutable and guarded by its {@link CatalogStore}.
 *
 * @param models name to versions, the oldest first
 * @param defaultVersions by model, the version that the name without a version means
 * @param tables by name, the parts of the DDL that neither topic nor schema can hold
 * @param externals tables that are no topics, but can be searched
 * @param generated tables that are no topics, but generate their rows
 */
record CatalogEntries(
        Map<String, List<Model>> models,
        Map<String, Integer> defaultVersions,
        Map<String, View> views,
        Map<String, Table> tables,
        Map<String, External> externals,
        Map<String, Generated> generated) {

    CatalogEntries {
        if (defaultVersions == null) { // a file of an older format, in which the latest version was the default
            Map<String, Integer> latest = new LinkedHashMap<>();
            models.replaceAll((name, versions) -> numbered(versions));
            models.forEach((name, versions) -> latest.put(name, versions.size()));
            defaultVersions = latest;
        }
        externals = externals == null ? new LinkedHashMap<>() : externals; // of a file that knew of none
        generated = generated == null ? new LinkedHashMap<>() : generated; // of a file that knew of none
    }

    private static List<Model> numbered(List<Model> versions) {
        List<Model> numbered = new ArrayList<>();
        versions.forEach(model -> numbered.add(model.withVersion(numbered.size() + 1)));
        return numbered;
    }

    record Model(int version, Fields inputs, Fields outputs, Map<String, String> options, String comment) {

        Model withVersion(int number) {
            return new Model(number, inputs, outputs, options, comment);
        }

        Model withOptions(Map<String, String> changed) {
            return new Model(version, inputs, outputs, changed, comment);
        }
    }

    /**
     * A column computed by {@code expression}, or read from the metadata {@code metadataKey} (default: the column's name).
     *
     * @param type in SQL's own notation; {@code null} for a computed column in a file of an older format
     */
    record Derived(
            String name, String type, String metadataKey, boolean virtual, String expression, String comment) {}

    record Watermark(String column, String expression) {}

    record External(Fields columns, Map<String, String> options, String comment) {}

    /**
     * @param columns those that are generated
     * @param buckets 0 if the DDL says nothing of them
     * @param declared everything else of the DDL
     */
    record Generated(Fields columns, int buckets, Table declared) {}

    record View(Fields columns, String comment, String original, String expanded) {}

    /**
     * @param columns names in the order of the DDL
     * @param keys columns that make up the record's key
     * @param primaryKey columns of the primary key, empty without one
     * @param derived columns that are not in the record's schemas
     * @param watermark {@code null} without one
     * @param raw types, in SQL's notation, of the columns whose format is {@code raw}: no schema has them
     */
    record Table(
            List<String> columns,
            List<String> keys,
            List<String> primaryKey,
            Map<String, String> options,
            String comment,
            List<Derived> derived,
            Watermark watermark,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> raw) {

        Table {
            derived = derived == null ? List.of() : derived; // a file of an older format
            raw = raw == null ? Map.of() : raw; // a file of an older format
        }

        /** The entry of a table that no DDL has created. */
        static Table ofTopic() {
            return new Table(List.of(), List.of(), List.of(), Map.of(), null, List.of(), null, Map.of());
        }

        /** Whether its columns are inferred: only what ALTER TABLE has set is kept. */
        @JsonIgnore
        boolean isInferred() {
            return columns.isEmpty();
        }

        Table withOptions(Map<String, String> set, Set<String> reset) {
            Map<String, String> changed = new LinkedHashMap<>(options);
            changed.putAll(set);
            changed.keySet().removeAll(reset);
            return new Table(columns, keys, primaryKey, changed, comment, derived, watermark, raw);
        }

        Table withColumnsOf(Table other) {
            return withColumns(other.columns, other.derived, other.watermark, other.raw);
        }

        Table withColumns(
                List<String> names, List<Derived> others, Watermark strategy, Map<String, String> rawTypes) {
            return new Table(names, keys, primaryKey, options, comment, others, strategy, rawTypes);
        }
    }

    static CatalogEntries empty() {
        return new CatalogEntries(
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>());
    }

    /** What the DDL of a topic, or of a table that generates its rows, has declared; {@code null} without one. */
    Table declared(String name) {
        Generated table = generated.get(name);
        return table == null ? tables.get(name) : table.declared();
    }

    boolean isEmpty() {
        return models.isEmpty() && views.isEmpty() && tables.isEmpty() && externals.isEmpty() && generated.isEmpty();
    }
}
