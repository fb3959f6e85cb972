package rag.flink.catalog;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The statement for which tables are read and written.
 *
 * @param name the statement's name, part of its transactional ids
 * @param principal the Kafka user that it acts as
 * @param scan options that override each table's own, such as {@code scan.startup.mode}
 * @param startingOffsets Flink's {@code specific-offsets} by topic; overrides the startup mode
 * @param systemColumns whether tables have their hidden columns ({@link SystemColumns})
 * @param sinks how many sinks it has so far
 */
public record StatementContext(
        String name,
        String principal,
        Map<String, String> scan,
        Map<String, String> startingOffsets,
        boolean systemColumns,
        AtomicInteger sinks) {

    /** A key of {@link #scan} that is there in a snapshot query. */
    public static final String SNAPSHOT = "snapshot";

    public StatementContext(
            String name,
            String principal,
            Map<String, String> scan,
            Map<String, String> startingOffsets,
            boolean systemColumns) {
        this(name, principal, scan, startingOffsets, systemColumns, new AtomicInteger());
    }

    /** Whether it reads all that is there at its start, and then ends. */
    boolean isSnapshot() {
        return scan.containsKey(SNAPSHOT);
    }

    /**
     * Prefix of the transactional ids of its next sink. Two sinks with the same ids would fence each other's transactions.
     *
     * <p>A sink gets the same prefix when the statement is planned again after a restart.
     */
    String nextSinkPrefix() {
        int earlier = sinks.getAndIncrement();
        return earlier == 0 ? transactionalIdPrefix() : transactionalIdPrefix() + "_" + (earlier + 1);
    }

    /** Confluent's prefix of a statement's transactional ids, on which rights are granted. */
    public String transactionalIdPrefix() {
        return "_confluent-flink_" + name;
    }
}
