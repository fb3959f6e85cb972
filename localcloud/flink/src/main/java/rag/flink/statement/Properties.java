package rag.flink.statement;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import rag.flink.UserException;
import rag.flink.catalog.StatementContext;
import rag.flink.catalog.SystemColumns;

/** Confluent's {@code sql.*} properties of a statement, told apart by what they change. */
record Properties(
        String currentCatalog, String currentDatabase, String startupMode, String boundedMode, Map<String, String> session) {

    /** Stands for "none": Flink wants some name, and no cluster can be called this. */
    static final String NO_DATABASE = "(none)";

    /** A partition without records holds no watermark back for longer than this, as in the cloud. */
    private static final String IDLE_TIMEOUT = "15 s";

    private static final Map<String, String> SESSION_KEYS =
            Map.of(
                    "sql.local-time-zone", "table.local-time-zone",
                    "sql.state-ttl", "table.exec.state.ttl",
                    "sql.tables.scan.idle-timeout", "table.exec.source.idle-timeout");
    private static final Set<String> STARTUP_MODES =
            Set.of("earliest-offset", "latest-offset", "group-offsets", "timestamp");

    static Properties of(StatementRequest request) {
        Map<String, String> given = request.properties();
        String startup = given.get("sql.tables.scan.startup.mode");
        if (startup != null && !STARTUP_MODES.contains(startup)) {
            throw new UserException(
                    "'sql.tables.scan.startup.mode' = '" + startup + "' is not known; use earliest-offset or latest-offset.");
        }
        String bounded = given.get("sql.tables.scan.bounded.mode");
        String snapshot = given.getOrDefault("sql.snapshot.mode", "off");
        if (snapshot.equals("now")) {
            bounded = "latest-offset";
            startup = "earliest-offset";
        } else if (!snapshot.equals("off")) {
            throw new UserException("'sql.snapshot.mode' = '" + snapshot + "' is not known; use 'now' or 'off'.");
        }
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
                startup,
                bounded,
                session);
    }

    StatementContext context(StatementRequest request) {
        return new StatementContext(
                request.name(),
                request.principal(),
                startupMode,
                boundedMode,
                request.startingOffsets(),
                SystemColumns.of(request.statement()));
    }
}
