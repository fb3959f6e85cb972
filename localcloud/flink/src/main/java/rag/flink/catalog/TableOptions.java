package rag.flink.catalog;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.TableChange;
import rag.flink.Settings;
import rag.flink.UserException;

/**
 * The validated result of an {@code ALTER TABLE} on a table's options; nothing is changed yet.
 *
 * @param after all options as they will be
 * @param configsBefore the topic's settings according to the options before
 * @param configs the topic's settings as they will be
 */
record TableOptions(
        Map<String, String> set,
        Set<String> reset,
        Map<String, String> after,
        Map<String, String> configsBefore,
        Map<String, String> configs) {

    /** @param isInferred whether the table takes its primary key from the records' key */
    static TableOptions changed(CatalogBaseTable table, List<TableChange> changes, boolean isInferred) {
        if (!(table instanceof CatalogTable)) {
            throw new UserException("A view has no options to change.");
        }
        Map<String, String> set = new HashMap<>();
        Set<String> reset = new HashSet<>();
        boolean hasPrimaryKey = table.getUnresolvedSchema().getPrimaryKey().isPresent();
        for (TableChange change : changes) {
            if (change instanceof TableChange.SetOption option) {
                set.put(option.getKey(), option.getValue());
            } else if (change instanceof TableChange.ResetOption option) {
                reset.add(option.getKey());
            }
        }
        Settings.TABLE.requireServed(set);
        Settings.TABLE.requireKnown(reset);
        FakerTables.requireNone(set.keySet());
        set.keySet().forEach(key -> requireChangeable(key, isInferred));
        reset.forEach(key -> requireChangeable(key, isInferred));
        if (reset.contains(TopicTables.CHANGELOG_MODE) && !isInferred) {
            reset.remove(TopicTables.CHANGELOG_MODE);
            set.put(TopicTables.CHANGELOG_MODE, hasPrimaryKey ? "upsert" : "append");
        }
        TopicTables.requireKeyed(set.getOrDefault(TopicTables.CHANGELOG_MODE, "append"), hasPrimaryKey || isInferred);
        Map<String, String> before = table.getOptions();
        Map<String, String> after = new HashMap<>(before);
        after.putAll(set);
        after.keySet().removeAll(reset);
        ScanOptions.require(after, "");
        // The topic keeps its cleanup policy: switching to compaction would delete records of a log.
        String mode = before.getOrDefault(TopicTables.CHANGELOG_MODE, "append");
        return new TableOptions(
                set,
                reset,
                after,
                TopicSettings.fromOptions(before, mode),
                TopicSettings.fromOptions(after, mode));
    }

    private static void requireChangeable(String key, boolean isInferred) {
        if (isInferred && key.equals(RecordColumns.VALUE_FORMAT)) {
            return; // Debezium's envelopes can be read as they are, or as changes
        }
        Settings.TABLE
                .find(key)
                .filter(option -> option.isServed() && !option.is("alter"))
                .ifPresent(
                        option -> {
                            throw new UserException(
                                    "The option '" + key + "' cannot be changed: create another table with it, and copy the"
                                            + " rows with INSERT INTO.");
                        });
    }
}
