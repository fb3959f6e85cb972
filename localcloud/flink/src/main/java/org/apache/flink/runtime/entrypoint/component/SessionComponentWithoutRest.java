package org.apache.flink.runtime.entrypoint.component;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.failure.FailureEnricher;
import org.apache.flink.runtime.blob.BlobServer;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.dispatcher.ArchivedApplicationStore;
import org.apache.flink.runtime.dispatcher.DispatcherGateway;
import org.apache.flink.runtime.dispatcher.DispatcherId;
import org.apache.flink.runtime.dispatcher.DispatcherOperationCaches;
import org.apache.flink.runtime.dispatcher.MemoryArchivedApplicationStore;
import org.apache.flink.runtime.dispatcher.PartialDispatcherServices;
import org.apache.flink.runtime.dispatcher.SessionDispatcherFactory;
import org.apache.flink.runtime.dispatcher.VoidHistoryServerArchivist;
import org.apache.flink.runtime.dispatcher.runner.DefaultDispatcherRunnerFactory;
import org.apache.flink.runtime.dispatcher.runner.DispatcherRunner;
import org.apache.flink.runtime.entrypoint.ClusterInformation;
import org.apache.flink.runtime.heartbeat.HeartbeatServices;
import org.apache.flink.runtime.highavailability.HighAvailabilityServices;
import org.apache.flink.runtime.jobmanager.HaServicesPersistenceComponentFactory;
import org.apache.flink.runtime.leaderretrieval.LeaderRetrievalService;
import org.apache.flink.runtime.metrics.MetricRegistry;
import org.apache.flink.runtime.metrics.groups.JobManagerMetricGroup;
import org.apache.flink.runtime.resourcemanager.ResourceManagerGateway;
import org.apache.flink.runtime.resourcemanager.ResourceManagerId;
import org.apache.flink.runtime.resourcemanager.ResourceManagerService;
import org.apache.flink.runtime.resourcemanager.ResourceManagerServiceImpl;
import org.apache.flink.runtime.resourcemanager.StandaloneResourceManagerFactory;
import org.apache.flink.runtime.rest.RestService;
import org.apache.flink.runtime.rpc.FatalErrorHandler;
import org.apache.flink.runtime.rpc.RpcService;
import org.apache.flink.runtime.rpc.RpcUtils;
import org.apache.flink.runtime.security.token.DelegationTokenManager;
import org.apache.flink.runtime.webmonitor.retriever.MetricQueryServiceRetriever;
import org.apache.flink.runtime.webmonitor.retriever.impl.RpcGatewayRetriever;
import org.apache.flink.util.concurrent.ExponentialBackoffRetryStrategy;
import org.apache.flink.util.concurrent.RetryStrategy;

/**
 * Dispatcher and resource manager of a session cluster without Flink's REST endpoint, which has no authentication.
 *
 * <p>Flink's own factory cannot leave the endpoint out. The class is in Flink's package because the component that it
 * creates has only a package-private constructor.
 */
public final class SessionComponentWithoutRest implements DispatcherResourceManagerComponentFactory {

    /** Jobs that have ended and can still be asked about: whoever started one keeps its result. */
    public static final int MOST_ENDED_JOBS = 16;

    private static final RetryStrategy RETRIES =
            new ExponentialBackoffRetryStrategy(12, Duration.ofMillis(10), Duration.ofMillis(50));

    @Override
    public DispatcherResourceManagerComponent create(
            Configuration configuration,
            ResourceID id,
            Executor executor,
            RpcService rpc,
            HighAvailabilityServices leaders,
            BlobServer blobs,
            HeartbeatServices heartbeats,
            DelegationTokenManager tokens,
            MetricRegistry metrics,
            ArchivedApplicationStore unlimited,
            MetricQueryServiceRetriever unused,
            Collection<FailureEnricher> enrichers,
            FatalErrorHandler fatal)
            throws Exception {
        String host = RpcUtils.getHostname(rpc);
        RpcGatewayRetriever<DispatcherId, DispatcherGateway> dispatcher =
                new RpcGatewayRetriever<>(rpc, DispatcherGateway.class, DispatcherId::fromUuid, RETRIES);
        RpcGatewayRetriever<ResourceManagerId, ResourceManagerGateway> resourceManager =
                new RpcGatewayRetriever<>(rpc, ResourceManagerGateway.class, ResourceManagerId::fromUuid, RETRIES);
        ResourceManagerService resources =
                ResourceManagerServiceImpl.create(
                        StandaloneResourceManagerFactory.getInstance(),
                        configuration,
                        id,
                        rpc,
                        leaders,
                        heartbeats,
                        tokens,
                        fatal,
                        new ClusterInformation(host, blobs.getPort()),
                        null,
                        metrics,
                        host,
                        executor);
        // A MiniCluster keeps the plan, metrics and checkpoint statistics of every job for as long as it runs.
        ArchivedApplicationStore ended =
                new MemoryArchivedApplicationStore(Duration.ZERO, MOST_ENDED_JOBS, null, null);
        DispatcherOperationCaches caches = new DispatcherOperationCaches();
        PartialDispatcherServices services =
                new PartialDispatcherServices(
                        configuration,
                        leaders,
                        resourceManager,
                        blobs,
                        heartbeats,
                        () -> JobManagerMetricGroup.createJobManagerMetricGroup(metrics, host),
                        ended,
                        fatal,
                        VoidHistoryServerArchivist.INSTANCE,
                        metrics.getMetricQueryServiceGatewayRpcAddress(),
                        executor,
                        caches,
                        enrichers);
        DispatcherRunner runner =
                DefaultDispatcherRunnerFactory.createSessionRunner(SessionDispatcherFactory.INSTANCE)
                        .createDispatcherRunner(
                                leaders.getDispatcherLeaderElection(),
                                fatal,
                                new HaServicesPersistenceComponentFactory(leaders),
                                executor,
                                rpc,
                                services);
        resources.start();
        LeaderRetrievalService resourceManagerLeader = leaders.getResourceManagerLeaderRetriever();
        LeaderRetrievalService dispatcherLeader = leaders.getDispatcherLeaderRetriever();
        resourceManagerLeader.start(resourceManager);
        dispatcherLeader.start(dispatcher);
        return new DispatcherResourceManagerComponent(
                runner, resources, dispatcherLeader, resourceManagerLeader, new NoRest(), fatal, caches);
    }

    private static final class NoRest implements RestService {

        @Override
        public int getRestPort() {
            throw new UnsupportedOperationException("This cluster has no REST endpoint.");
        }

        @Override
        public CompletableFuture<Void> closeAsync() {
            return CompletableFuture.completedFuture(null);
        }
    }
}
