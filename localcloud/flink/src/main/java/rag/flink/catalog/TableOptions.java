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
 * @param configsBefore the topic's settings according to the options before
 * @param configs the topic's settings as they will be
 */
record TableOptions(
        Map<String, String> set, Set<String> reset, Map<String, String> configsBefore, Map<String, String> configs) {

    /** @param isInferred whether the table takes its primary key from the records' key */
    static TableOptions changed(CatalogBaseTable table, List<TableChange> changes, boolean isInferred) {
        if (!(table instanceof CatalogTable)) {
            throw new UserException("A view has no options to change.");
        }
        Map<String, String> set = new HashMap<>();
        Set<String> reset = new HashSet<>();
        for (TableChange change : changes) {
            if (change instanceof TableChange.SetOption option) {
                if (option.getKey().equals(TopicTables.CHANGELOG_MODE)) {
                    boolean hasPrimaryKey = table.getUnresolvedSchema().getPrimaryKey().isPresent();
                    TopicTables.requireKeyed(option.getValue(), hasPrimaryKey || isInferred);
                    set.put(option.getKey(), option.getValue());
                } else {
                    set.put(changeable(option.getKey()), option.getValue());
                }
            } else if (change instanceof TableChange.ResetOption option) {
                reset.add(changeable(option.getKey()));
            } else {
                throw new UserException(
                        "Only the options of a table can be changed here: use ALTER TABLE ... SET or RESET.");
            }
        }
        Settings.TABLE.requireServed(set);
        Settings.TABLE.requireKnown(reset);
        Map<String, String> before = table.getOptions();
        Map<String, String> after = new HashMap<>(before);
        after.putAll(set);
        after.keySet().removeAll(reset);
        // The topic keeps its cleanup policy: switching to compaction would delete records of a log.
        String mode = before.getOrDefault(TopicTables.CHANGELOG_MODE, "append");
        return new TableOptions(
                set, reset, TopicSettings.fromOptions(before, mode), TopicSettings.fromOptions(after, mode));
    }

    private static String changeable(String key) {
        if (key.startsWith("kafka.") || key.startsWith("scan.")) {
            return key;
        }
        if (key.equals(TopicTables.CHANGELOG_MODE)) {
            throw new UserException("The option '" + key + "' has no default to go back to: SET it instead.");
        }
        throw new UserException(
                "The option '" + key + "' cannot be changed here; those of 'kafka.' and 'scan.' can, and '"
                        + TopicTables.CHANGELOG_MODE + "'.");
    }
}
