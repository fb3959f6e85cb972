package rag.flink.statement;

import java.util.Map;

/**
 * A statement to run.
 *
 * @param uid unique for ever; checkpoints are kept under it
 * @param properties Confluent's {@code sql.*} properties
 * @param principal the Kafka user it acts as
 */
public record StatementRequest(
        String uid, String name, String environmentId, String statement, Map<String, String> properties, String principal) {}
