package rag.flink.statement;

import java.util.Map;

/**
 * A statement to run.
 *
 * @param uid never used again; checkpoints are kept under it
 * @param properties Confluent's {@code sql.*} properties
 * @param principal the Kafka user that it acts as
 * @param startingOffsets where it starts to read, by topic (see {@link Offsets}); other topics by its properties
 */
public record StatementRequest(
        String uid,
        String name,
        String environmentId,
        String statement,
        Map<String, String> properties,
        String principal,
        Map<String, String> startingOffsets) {}
