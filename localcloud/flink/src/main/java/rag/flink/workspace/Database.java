package rag.flink.workspace;

/**
 * A Kafka cluster as Flink sees it.
 *
 * @param id Confluent's identifier ({@code lkc-...})
 * @param name its display name
 * @param bootstrap {@code host:port} of the internal listener, or {@code null} while the broker is not running
 */
public record Database(String id, String name, String bootstrap) {}
