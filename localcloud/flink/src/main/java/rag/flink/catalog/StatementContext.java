package rag.flink.catalog;

import java.util.Map;

/**
 * On whose behalf tables are read and written.
 *
 * @param name the statement's name, part of its transactional ids
 * @param principal the Kafka user it acts as
 * @param startupMode {@code sql.tables.scan.startup.mode}, or {@code null} for each table's own
 * @param boundedMode {@code sql.tables.scan.bounded.mode}, or {@code null} for each table's own
 * @param startingOffsets Flink's {@code specific-offsets} by topic; goes before the startup mode
 */
public record StatementContext(
        String name, String principal, String startupMode, String boundedMode, Map<String, String> startingOffsets) {

    /** What Confluent prefixes the transactional ids of a statement with, and grants rights on. */
    public String transactionalIdPrefix() {
        return "_confluent-flink_" + name;
    }
}
