package rag.flink;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;

/** Starts a {@link PrivateCluster} with one TaskManager and little memory. */
final class SmallCluster {

    private SmallCluster() {}

    static MiniCluster start(int slots) throws Exception {
        Configuration config = new Configuration();
        config.setString("taskmanager.memory.managed.size", "1m");
        config.setString("taskmanager.memory.network.min", "4m");
        config.setString("taskmanager.memory.network.max", "4m");
        MiniCluster cluster =
                new PrivateCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(config)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(slots)
                                .setRpcServiceSharing(RpcServiceSharing.SHARED)
                                .build());
        cluster.start();
        return cluster;
    }
}
