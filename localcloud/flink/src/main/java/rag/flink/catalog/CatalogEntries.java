package rag.flink.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a database has beyond topics and schemas. Mutable and guarded by its {@link CatalogStore}.
 *
 * @param models name to versions, the oldest first
 * @param tables name to what the DDL said and neither topic nor schema can hold
 */
record CatalogEntries(
        Map<String, List<Model>> models, Map<String, View> views, Map<String, Table> tables) {

    record Model(Fields inputs, Fields outputs, Map<String, String> options, String comment) {}

    /** Either computed by {@code expression}, or of {@code type} from the metadata, by default the one of its name. */
    record Derived(
            String name, String type, String metadataKey, boolean virtual, String expression, String comment) {}

    record Watermark(String column, String expression) {}

    record View(Fields columns, String comment, String original, String expanded) {}

    /**
     * @param columns names in the order of the DDL
     * @param keys columns that make up the record's key
     * @param primaryKey columns of the primary key, empty without one
     * @param derived columns that are not in the record's schemas
     * @param watermark {@code null} without one
     */
    record Table(
            List<String> columns,
            List<String> keys,
            List<String> primaryKey,
            Map<String, String> options,
            String comment,
            List<Derived> derived,
            Watermark watermark) {

        Table {
            derived = derived == null ? List.of() : derived; // of a file that knew of none
        }

        /** Of a table that no DDL made. */
        static Table ofTopic() {
            return new Table(List.of(), List.of(), List.of(), Map.of(), null, List.of(), null);
        }

        Table withOptions(Map<String, String> set, Set<String> reset) {
            Map<String, String> changed = new LinkedHashMap<>(options);
            changed.putAll(set);
            changed.keySet().removeAll(reset);
            return new Table(columns, keys, primaryKey, changed, comment, derived, watermark);
        }
    }

    static CatalogEntries empty() {
        return new CatalogEntries(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    void addModelVersion(String name, Model model) {
        models.computeIfAbsent(name, key -> new ArrayList<>()).add(model);
    }

    boolean isEmpty() {
        return models.isEmpty() && views.isEmpty() && tables.isEmpty();
    }
}
