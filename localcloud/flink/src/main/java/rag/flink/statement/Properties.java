package rag.flink.statement;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
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

    private static final String UPDATES = "table.optimizer.non-deterministic-update.strategy";

    private static final Pattern CONVERTS_CHANGELOGS =
            Pattern.compile("\\b(?:TO|FROM)_CHANGELOG\\s*\\(", Pattern.CASE_INSENSITIVE);

    /** What Confluent Cloud sets otherwise than Flink. */
    private static final Map<String, String> DEFAULTS =
            Map.of(
                    // SELECT * leaves out metadata that is only read, so that a new column of that kind changes no query.
                    "table.column-expansion-strategy",
                    "EXCLUDE_DEFAULT_VIRTUAL_METADATA_COLUMNS;EXCLUDE_ALIASED_VIRTUAL_METADATA_COLUMNS",
                    // A query that could not take its own rows back, such as one with NOW(), is refused.
                    UPDATES,
                    "TRY_RESOLVE",
                    // Records get the time at which they are written, also if a row has columns of event time.
                    "table.exec.sink.rowtime-inserter",
                    "DISABLED",
                    "table.local-time-zone",
                    "UTC",
                    // After this time, a partition without records no longer holds back the watermark.
                    "table.exec.source.idle-timeout",
                    "15 s");

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
            scan.put(StatementContext.SNAPSHOT, "now");
            scan.put("scan.bounded.mode", "latest-offset");
            scan.put("scan.startup.mode", "earliest-offset");
        }
        for (String key : List.of("sql.state-ttl", "sql.tables.scan.idle-timeout")) {
            require(given, key, TimeUtils::parseDuration, "a duration; write one like '1 h'.");
        }
        require(given, "sql.local-time-zone", ZoneId::of, "a time zone; write one like 'Europe/Berlin' or 'UTC'.");
        Map<String, String> session = new LinkedHashMap<>(DEFAULTS);
        SESSION_KEYS.forEach(
                (confluent, flink) -> {
                    if (given.containsKey(confluent)) {
                        session.put(flink, given.get(confluent));
                    }
                });
        if (CONVERTS_CHANGELOGS.matcher(request.statement()).find()) {
            session.put(UPDATES, "IGNORE"); // the check does not know these functions
        }
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
                SystemColumns.areShownTo(request.statement()));
    }
}
