package rag.flink.statement;

import java.util.Map;

/**
 * A statement to run.
 *
 * @param uid unique for ever; checkpoints are kept under it
 * @param properties Confluent's {@code sql.*} properties
 * @param principal the Kafka user it acts as
 * @param startingOffsets where it begins to read, by topic (see {@link Offsets}); other topics as its properties say
 */
public record StatementRequest(
        String uid,
        String name,
        String environmentId,
        String statement,
        Map<String, String> properties,
        String principal,
        Map<String, String> startingOffsets) {}
