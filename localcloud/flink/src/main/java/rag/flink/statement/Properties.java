package rag.flink.statement;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.flink.util.TimeUtils;
import rag.flink.Settings;
import rag.flink.UserException;
import rag.flink.catalog.StatementContext;
import rag.flink.catalog.SystemColumns;

/**
 * Confluent's {@code sql.*} properties of a statement, by what they configure.
 *
 * @param scan options that override those of every table, such as {@code scan.startup.mode}
 */
record Properties(
        String currentCatalog, String currentDatabase, Map<String, String> scan, Map<String, String> session) {

    private static final String TABLES = "sql.tables.";
    private static final String SCAN = TABLES + "scan.";

    /** Stands for "none": Flink requires a name, and no cluster can have this one. */
    static final String NO_DATABASE = "(none)";

    /** After this time, a partition without records no longer holds back the watermark, as in the cloud. */
    private static final String IDLE_TIMEOUT = "15 s";

    private static final Map<String, String> SESSION_KEYS =
            Map.of(
                    "sql.local-time-zone", "table.local-time-zone",
                    "sql.state-ttl", "table.exec.state.ttl",
                    "sql.tables.scan.idle-timeout", "table.exec.source.idle-timeout");

    static Properties of(StatementRequest request) {
        Map<String, String> given = request.properties();
        Settings.STATEMENT.requireServed(given);
        Map<String, String> scan = new LinkedHashMap<>();
        given.forEach(
                (key, value) -> {
                    if (key.startsWith(SCAN) && !SESSION_KEYS.containsKey(key)) {
                        scan.put(key.substring(TABLES.length()), value);
                    }
                });
        requireTimestamp(given, "startup");
        requireTimestamp(given, "bounded");
        if ("now".equals(given.get("sql.snapshot.mode"))) {
            scan.put("scan.bounded.mode", "latest-offset");
            scan.put("scan.startup.mode", "earliest-offset");
        }
        for (String key : List.of("sql.state-ttl", "sql.tables.scan.idle-timeout")) {
            require(given, key, TimeUtils::parseDuration, "a duration; write one like '1 h'.");
        }
        require(given, "sql.local-time-zone", ZoneId::of, "a time zone; write one like 'Europe/Berlin' or 'UTC'.");
        Map<String, String> session = new LinkedHashMap<>();
        session.put("table.column-expansion-strategy", "EXCLUDE_ALIASED_VIRTUAL_METADATA_COLUMNS");
        session.put("table.exec.source.idle-timeout", IDLE_TIMEOUT);
        SESSION_KEYS.forEach(
                (confluent, flink) -> {
                    if (given.containsKey(confluent)) {
                        session.put(flink, given.get(confluent));
                    }
                });
        return new Properties(
                given.getOrDefault("sql.current-catalog", request.environmentId()),
                given.getOrDefault("sql.current-database", NO_DATABASE),
                scan,
                session);
    }

    private static void require(
            Map<String, String> given, String key, Function<String, Object> parser, String what) {
        try {
            Optional.ofNullable(given.get(key)).map(parser);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new UserException("'" + key + "' = '" + given.get(key) + "' is not " + what, e);
        }
    }

    private static void requireTimestamp(Map<String, String> given, String end) {
        String timestamp = SCAN + end + ".timestamp-millis";
        if ("timestamp".equals(given.get(SCAN + end + ".mode")) && !given.containsKey(timestamp)) {
            throw new UserException("'" + SCAN + end + ".mode' = 'timestamp' needs '" + timestamp + "'.");
        }
    }

    StatementContext context(StatementRequest request) {
        return new StatementContext(
                request.name(),
                request.principal(),
                scan,
                request.startingOffsets(),
                SystemColumns.of(request.statement()));
    }
}
