package rag.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.junit.jupiter.api.Test;

class TaskManagerSupervisorTest {

    @Test
    void aTaskManagerThatHasEndedIsReplaced() throws Exception {
        try (MiniCluster cluster = SmallCluster.start(3)) {
            awaitFreeSlots(cluster, 3);
            TaskManagerSupervisor.start(cluster);
            cluster.terminateTaskManager(0).get();
            awaitFreeSlots(cluster, 3);
            assertEquals(1, cluster.getResourceOverview().get().getNumberTaskManagers());
        }
    }

    private static void awaitFreeSlots(MiniCluster cluster, int slots) throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (cluster.getResourceOverview().get().getNumberFreeSlots() != slots) {
            if (System.nanoTime() > end) {
                throw new AssertionError("no " + slots + " slots after a minute");
            }
            Thread.sleep(50);
        }
    }
}
