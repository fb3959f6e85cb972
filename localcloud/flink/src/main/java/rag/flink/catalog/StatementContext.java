package rag.flink.catalog;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * On whose behalf tables are read and written.
 *
 * @param name the statement's name, part of its transactional ids
 * @param principal the Kafka user it acts as
 * @param scan options that go before each table's own, such as {@code scan.startup.mode}
 * @param startingOffsets Flink's {@code specific-offsets} by topic; goes before the startup mode
 * @param systemColumns whether it sees them
 * @param sinks how many sinks it has so far
 */
public record StatementContext(
        String name,
        String principal,
        Map<String, String> scan,
        Map<String, String> startingOffsets,
        SystemColumns systemColumns,
        AtomicInteger sinks) {

    public StatementContext(
            String name,
            String principal,
            Map<String, String> scan,
            Map<String, String> startingOffsets,
            SystemColumns systemColumns) {
        this(name, principal, scan, startingOffsets, systemColumns, new AtomicInteger());
    }

    /**
     * Prefix of the next of its sinks: with the ids of another one, each would fence the other's transactions.
     *
     * <p>Planned again after a restart, the same sink has the same one.
     */
    String nextSinkPrefix() {
        int earlier = sinks.getAndIncrement();
        return earlier == 0 ? transactionalIdPrefix() : transactionalIdPrefix() + "_" + (earlier + 1);
    }

    /** What Confluent prefixes the transactional ids of a statement with, and grants rights on. */
    public String transactionalIdPrefix() {
        return "_confluent-flink_" + name;
    }
}
