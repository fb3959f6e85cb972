package rag.flink.statement;

/** Phases of a statement in Confluent's API. */
public enum Phase {
    PENDING,
    RUNNING,
    COMPLETED,
    FAILING,
    FAILED,
    STOPPING,
    STOPPED,
    DEGRADED;

    public boolean isTerminal() {
        return this == COMPLETED || this == FAILED || this == STOPPED;
    }
}
