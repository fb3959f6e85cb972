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

    /** Whether its checkpoints stay: Flink deletes those of a job that has read everything, maybe while they are read. */
    boolean keepsCheckpoints() {
        return this == FAILED || this == STOPPED;
    }
}
