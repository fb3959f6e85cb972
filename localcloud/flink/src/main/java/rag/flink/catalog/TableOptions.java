package rag.flink.catalog;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.TableChange;
import rag.flink.UserException;

/**
 * What an {@code ALTER TABLE} makes of a table's options, checked; nothing is changed yet.
 *
 * @param configsBefore the topic's settings as the options had them
 * @param configs the topic's settings as they will be
 */
record TableOptions(
        Map<String, String> set, Set<String> reset, Map<String, String> configsBefore, Map<String, String> configs) {

    static TableOptions changed(CatalogBaseTable table, List<TableChange> changes) {
        if (!(table instanceof CatalogTable)) {
            throw new UserException("A view has no options to change.");
        }
        Map<String, String> set = new HashMap<>();
        Set<String> reset = new HashSet<>();
        for (TableChange change : changes) {
            if (change instanceof TableChange.SetOption option) {
                set.put(changeable(option.getKey()), option.getValue());
            } else if (change instanceof TableChange.ResetOption option) {
                reset.add(changeable(option.getKey()));
            } else {
                throw new UserException(
                        "Only the options of a table can be changed here: use ALTER TABLE ... SET or RESET.");
            }
        }
        Map<String, String> before = table.getOptions();
        Map<String, String> after = new HashMap<>(before);
        after.putAll(set);
        after.keySet().removeAll(reset);
        return new TableOptions(set, reset, configs(before), configs(after));
    }

    private static String changeable(String key) {
        if (key.startsWith("kafka.") || key.startsWith("scan.")) {
            return key;
        }
        throw new UserException("The option '" + key + "' cannot be changed here; those of 'kafka.' and 'scan.' can.");
    }

    private static Map<String, String> configs(Map<String, String> options) {
        return TopicSettings.fromOptions(options, options.getOrDefault(TopicTables.CHANGELOG_MODE, "append"));
    }
}
