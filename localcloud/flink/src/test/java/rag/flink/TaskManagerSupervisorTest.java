package rag.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.junit.jupiter.api.Test;

class TaskManagerSupervisorTest {

    @Test
    void aTaskManagerThatHasEndedIsReplaced() throws Exception {
        Configuration config = new Configuration();
        config.setString("taskmanager.memory.managed.size", "1m");
        config.setString("taskmanager.memory.network.min", "4m");
        config.setString("taskmanager.memory.network.max", "4m");
        try (MiniCluster cluster =
                new PrivateCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(config)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(3)
                                .setRpcServiceSharing(RpcServiceSharing.SHARED)
                                .build())) {
            cluster.start();
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
