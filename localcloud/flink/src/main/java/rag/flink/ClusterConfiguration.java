package rag.flink;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import rag.flink.endpoint.StatementEndpointFactory;

/** Flink's configuration for one small machine. */
final class ClusterConfiguration {

    private ClusterConfiguration() {}

    /** Folder for files that are needed only while this process runs. */
    static Path temporary(Path state) {
        return state.resolve("tmp");
    }

    /** The defaults with {@code KEY=VALUE} overrides. */
    static Configuration of(Path state, List<String> overrides, int slots) {
        Map<String, String> config = new LinkedHashMap<>();
        config.put("jobmanager.rpc.address", "127.0.0.1");
        // No part of Flink opens a port. Its default is all interfaces: loopback is the second line of defence.
        config.put("jobmanager.bind-host", "127.0.0.1");
        config.put("taskmanager.bind-host", "127.0.0.1");
        config.put("io.tmp.dirs", temporary(state).toString());
        config.put("taskmanager.numberOfTaskSlots", Integer.toString(slots));
        // By default a request waits for a free slot only in the first five minutes after the start, and fails at once
        // afterwards. Here it always waits: a TaskManager that has ended is replaced, and ending statements return theirs.
        config.put("resourcemanager.standalone.start-up-time", "200 d"); // Flink's scheduler allows at most 248 days
        // Four megabytes a slot, for sorts and joins of snapshot queries; taken from the system when a job needs them.
        config.put("taskmanager.memory.managed.size", "256m");
        config.put("taskmanager.memory.network.min", "64m");
        config.put("taskmanager.memory.network.max", "64m");
        config.put("parallelism.default", "1");
        config.put("execution.target", MiniClusterExecutorFactory.NAME);
        config.put("classloader.check-leaked-classloader", "false");
        // State is small and local: files avoid RocksDB's native library.
        config.put("state.backend.type", "hashmap");
        // Transient errors are retried a few times; the count starts again once a statement has run well for a while.
        config.put("restart-strategy.type", "exponential-delay");
        config.put("restart-strategy.exponential-delay.initial-backoff", "1 s");
        config.put("restart-strategy.exponential-delay.max-backoff", "10 s");
        config.put("restart-strategy.exponential-delay.backoff-multiplier", "2");
        config.put("restart-strategy.exponential-delay.attempts-before-reset-backoff", "2");
        config.put("restart-strategy.exponential-delay.reset-backoff-threshold", "2 min");
        config.put("sql-gateway.endpoint.type", StatementEndpointFactory.IDENTIFIER);
        config.put("sql-gateway.session.idle-timeout", "0");
        config.put("sql-gateway.worker.threads.min", "2");
        // Rows for four full batches for a model's provider (Batcher). ML_PREDICT retries by itself, so Flink must not.
        config.put("table.exec.async-table.max-concurrent-operations", "2048");
        config.put("table.exec.async-table.retry-strategy", "NO_RETRY");
        config.put("table.exec.async-table.timeout", "15 min");
        // Confluent's dialect has no ON CONFLICT: the last row of a key wins.
        config.put("table.exec.sink.require-on-conflict", "false");
        config.put("metrics.reporter.counts.factory.class", RecordCounts.Factory.class.getName());
        config.put(StatementEndpointFactory.STATE.key(), state.toString());
        for (String override : overrides) {
            int separator = override.indexOf('=');
            if (separator < 1) {
                throw new IllegalArgumentException("'" + override + "' is not KEY=VALUE");
            }
            config.put(override.substring(0, separator), override.substring(separator + 1));
        }
        return Configuration.fromMap(config);
    }
}
