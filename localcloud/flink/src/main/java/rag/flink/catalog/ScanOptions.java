package rag.flink.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rag.flink.UserException;

/** Where the reading of a table begins and ends: of its own options, and of the statement's properties. */
public final class ScanOptions {

    private static final String MODE = "mode";
    private static final Map<String, String> NEEDED =
            Map.of("timestamp", "timestamp-millis", "specific-offsets", "specific-offsets");
    private static final Map<String, String> DEFAULTS = Map.of("startup", "earliest-offset", "bounded", "unbounded");

    /** Reads all that is there when the statement starts. */
    static final Map<String, String> SNAPSHOT =
            Map.of("scan.startup.mode", "earliest-offset", "scan.bounded.mode", "latest-offset");

    private ScanOptions() {}

    /**
     * Refuses a mode without the option that it needs.
     *
     * @param prefix what the options' names begin with in front of {@code scan.}
     */
    public static void require(Map<String, String> options, String prefix) {
        for (String end : DEFAULTS.keySet()) {
            String name = prefix + "scan." + end + ".";
            String mode = options.get(name + MODE);
            String needed = mode == null ? null : NEEDED.get(mode);
            if (needed != null && !options.containsKey(name + needed)) {
                throw new UserException("'" + name + MODE + "' = '" + mode + "' needs '" + name + needed + "'.");
            }
        }
    }

    /**
     * The options of one end for the connector. A property of the statement holds for the tables whose own mode is the
     * default, as Confluent's SET documents; a snapshot for all.
     *
     * @param end {@code startup} or {@code bounded}
     */
    static Map<String, String> of(String end, Map<String, String> table, StatementContext statement) {
        String prefix = "scan." + end + ".";
        String mode = table.getOrDefault(prefix + MODE, DEFAULTS.get(end));
        boolean isByStatement = statement.scan().containsKey(prefix + MODE) && mode.equals(DEFAULTS.get(end));
        Map<String, String> from = statement.isSnapshot() ? SNAPSHOT : isByStatement ? statement.scan() : table;
        Map<String, String> options = new LinkedHashMap<>();
        for (String key : List.of(prefix + MODE, prefix + "timestamp-millis", prefix + "specific-offsets")) {
            if (from.containsKey(key)) {
                options.put(key, from.get(key).replaceAll("\\s", "")); // Confluent's lists of offsets may have blanks
            }
        }
        return options;
    }
}
