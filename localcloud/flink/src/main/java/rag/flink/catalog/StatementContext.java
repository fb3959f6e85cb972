package rag.flink.catalog;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The statement for which tables are read and written.
 *
 * @param name the statement's name, part of its transactional ids
 * @param principal the Kafka user that it acts as
 * @param scan options for tables whose own are the defaults, such as {@code scan.startup.mode}
 * @param isSnapshot whether it reads just what is there when it starts
 * @param drift how far a partition's watermark may be ahead of the slowest one's; zero without limit
 * @param startingOffsets Flink's {@code specific-offsets} by topic; overrides the startup mode
 * @param systemColumns whether tables have their hidden columns ({@link SystemColumns})
 * @param sinks how many sinks it has so far
 */
public record StatementContext(
        String name,
        String principal,
        Map<String, String> scan,
        boolean isSnapshot,
        Duration drift,
        Map<String, String> startingOffsets,
        boolean systemColumns,
        AtomicInteger sinks) {

    public StatementContext(
            String name,
            String principal,
            Map<String, String> scan,
            boolean isSnapshot,
            Duration drift,
            Map<String, String> startingOffsets,
            boolean systemColumns) {
        this(name, principal, scan, isSnapshot, drift, startingOffsets, systemColumns, new AtomicInteger());
    }

    /** A statement without properties. */
    public static StatementContext plain(String name, String principal, boolean systemColumns) {
        return new StatementContext(name, principal, Map.of(), false, Duration.ZERO, Map.of(), systemColumns);
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
