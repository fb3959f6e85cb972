package rag.connect;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.connect.errors.NotFoundException;
import org.apache.kafka.connect.runtime.Herder;
import org.apache.kafka.connect.runtime.RestartRequest;
import org.apache.kafka.connect.runtime.Worker;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorStateInfo;

/** The connectors of this worker: Connect's own, and what became of the settings it has refused. */
final class Connectors {

    /**
     * Where one stands. {@code trace}: a stack trace, or what is wrong with its settings; {@code partitions}: that its
     * tasks have been given; {@code sent}: records that they have written.
     */
    record State(String state, String trace, List<Task> tasks, long partitions, long sent) {}

    /** Where a task stands. */
    record Task(int id, String state, String trace) {}

    private static final int DELETE_SECONDS = 30;
    private static final String PROVISIONING = "PROVISIONING";
    private static final String FAILED = "FAILED";

    private final Herder herder;
    private final Worker worker;
    private final Map<String, Map<String, String>> wanted = new ConcurrentHashMap<>();
    private final Map<String, String> refused = new ConcurrentHashMap<>();

    Connectors(Herder herder, Worker worker) {
        this.herder = herder;
        this.worker = worker;
    }

    /** Returns at once: checking the settings includes a call of the connector's to its store. */
    void put(String name, Map<String, String> settings) {
        Map<String, String> named = new HashMap<>(settings);
        named.put("name", name);
        wanted.put(name, named);
        refused.remove(name);
        herder.putConnectorConfig(name, named, true, (error, created) -> {
            if (error != null && wanted.get(name) == named) {
                refused.put(name, String.valueOf(error.getMessage()));
                remove(name); // else it would go on with the settings it had before
            } else if (error == null && !wanted.containsKey(name)) {
                remove(name); // deleted while it was being checked
            }
        });
    }

    void restart(String name) {
        Map<String, String> settings = wanted.get(name);
        if (settings == null) {
            throw new NoSuchElementException("Connector " + name + " is unknown.");
        }
        if (refused.containsKey(name) || stateOf(name) == null) {
            put(name, settings);
        } else {
            herder.restartConnectorAndTasks(new RestartRequest(name, false, true), (error, state) -> {});
        }
    }

    /** Returns when its tasks have ended, or after half a minute. */
    void delete(String name) {
        wanted.remove(name);
        refused.remove(name);
        try {
            remove(name).await(DELETE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Map<String, State> states() {
        return wanted.keySet().stream().collect(Collectors.toMap(name -> name, this::state));
    }

    private CountDownLatch remove(String name) {
        CountDownLatch gone = new CountDownLatch(1);
        herder.deleteConnectorConfig(name, (error, deleted) -> gone.countDown());
        return gone;
    }

    private State state(String name) {
        String wrong = refused.get(name);
        if (wrong != null) {
            return new State(FAILED, wrong, List.of(), 0, 0);
        }
        ConnectorStateInfo found = stateOf(name);
        if (found == null) {
            return new State(PROVISIONING, "", List.of(), 0, 0);
        }
        List<Task> tasks = found.tasks().stream()
                .map(task -> new Task(task.id(), task.state(), orEmpty(task.trace())))
                .collect(Collectors.toList());
        return new State(
                found.connector().state(),
                orEmpty(found.connector().trace()),
                tasks,
                total("partition-count", name),
                total("sink-record-send-total", name));
    }

    private ConnectorStateInfo stateOf(String name) {
        try {
            return herder.connectorStatus(name);
        } catch (NotFoundException e) {
            return null; // its settings are still being checked
        }
    }

    private long total(String metric, String connector) {
        double total = 0;
        for (Map.Entry<MetricName, KafkaMetric> entry : worker.metrics().metrics().metrics().entrySet()) {
            MetricName is = entry.getKey();
            if (is.name().equals(metric) && connector.equals(is.tags().get("connector"))) {
                total += (double) entry.getValue().metricValue();
            }
        }
        return (long) total;
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }
}
