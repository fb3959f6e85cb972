package rag.flink;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.apache.flink.table.gateway.api.endpoint.SqlGatewayEndpoint;
import org.apache.flink.table.gateway.api.endpoint.SqlGatewayEndpointFactoryUtils;
import org.apache.flink.table.gateway.service.SqlGatewayServiceImpl;
import org.apache.flink.table.gateway.service.context.DefaultContext;
import org.apache.flink.table.gateway.service.session.SessionManager;
import org.apache.flink.util.FileUtils;

/** Flink for the local cloud in one process: a cluster and the SQL gateway. {@code Main STATE_FOLDER [KEY=VALUE ...]} */
public final class Main {

    /** As many as the largest compute pool has CFUs, and some for statements that are being cancelled. */
    private static final int SLOTS = 64;

    private Main() {}

    public static void main(String[] args) throws Exception {
        InProcessSocket.useForAllSockets();
        Path state = Files.createDirectories(Path.of(args[0]).toAbsolutePath());
        // Left by a process that was killed. Checkpoints and catalog entries are in other folders.
        FileUtils.deleteDirectory(ClusterConfiguration.temporary(state).toFile());
        Configuration config = ClusterConfiguration.of(state, List.of(args).subList(1, args.length), SLOTS);
        FileSystem.initialize(config, null);
        MiniCluster cluster =
                new PrivateCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(config)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(SLOTS)
                                .setRpcServiceSharing(RpcServiceSharing.SHARED)
                                .build());
        cluster.start();
        TaskManagerSupervisor.start(cluster);
        MiniClusterExecutorFactory.use(cluster);
        SessionManager sessions = SessionManager.create(new DefaultContext(config, List.of()));
        sessions.start();
        SqlGatewayServiceImpl gateway = new SqlGatewayServiceImpl(sessions);
        for (SqlGatewayEndpoint endpoint : SqlGatewayEndpointFactoryUtils.createSqlGatewayEndpoint(gateway, config)) {
            endpoint.start();
        }
        WarmUp.start(gateway, ClusterConfiguration.temporary(state).resolve("warm-up"));
        new CountDownLatch(1).await();
    }
}
