package rag.flink;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a new TaskManager when the only one has ended.
 *
 * <p>Flink ends a TaskManager on an error that it calls fatal, such as a task that cannot be cleaned up, and leaves it to
 * Kubernetes or YARN to start another. A {@link MiniCluster} has nobody who does: without this, one statement's fault would
 * leave every later statement waiting for a slot.
 */
final class TaskManagerSupervisor {

    private static final Logger LOG = LoggerFactory.getLogger(TaskManagerSupervisor.class);
    private static final long PERIOD_MILLIS = 500;
    private static final long REPLY_SECONDS = 5;

    private final MiniCluster cluster;

    private TaskManagerSupervisor(MiniCluster cluster) {
        this.cluster = cluster;
    }

    /** Looks after the cluster's TaskManager for as long as this process lives. */
    static void start(MiniCluster cluster) {
        ScheduledExecutorService timer =
                Executors.newSingleThreadScheduledExecutor(
                        task -> {
                            Thread thread = new Thread(task, "task-manager-supervisor");
                            thread.setDaemon(true);
                            return thread;
                        });
        timer.scheduleWithFixedDelay(
                new TaskManagerSupervisor(cluster)::replaceIfEnded, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void replaceIfEnded() {
        try {
            if (cluster.isRunning() && taskManagers() == 0) {
                LOG.warn("Flink's TaskManager has ended; starting another.");
                cluster.startTaskManager();
                waitForRegistration();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            // A timer ends with the first exception that leaves it.
            LOG.warn("Flink's TaskManager could not be looked after; trying again.", e);
        }
    }

    private void waitForRegistration() throws Exception {
        while (taskManagers() == 0) {
            TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
        }
    }

    private int taskManagers() throws Exception {
        return cluster.getResourceOverview().get(REPLY_SECONDS, TimeUnit.SECONDS).getNumberTaskManagers();
    }
}
