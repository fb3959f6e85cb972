package rag.flink;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.dag.Pipeline;
import org.apache.flink.client.deployment.executors.PipelineExecutorUtils;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.PipelineExecutor;
import org.apache.flink.core.execution.PipelineExecutorFactory;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient.JobFinalizationBehavior;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** Runs jobs on the cluster of this process directly, without its REST interface. */
public final class MiniClusterExecutorFactory implements PipelineExecutorFactory {

    static final String NAME = "this-process";

    /** Set on a job that starts at another job's offsets: it must keep no state, since it does not get the other's. */
    public static final ConfigOption<Boolean> MUST_BE_STATELESS =
            ConfigOptions.key("statement.must-be-stateless").booleanType().defaultValue(false);

    private static final Set<JobID> STATEFUL = ConcurrentHashMap.newKeySet();

    private static volatile MiniCluster cluster;

    static void use(MiniCluster miniCluster) {
        cluster = miniCluster;
    }

    /** The error for which a job was last restarted, if the cluster answers within {@code seconds}. */
    public static Optional<Throwable> lastFault(JobID job, long seconds) {
        try {
            return Optional.ofNullable(cluster.getExecutionGraph(job).get(seconds, TimeUnit.SECONDS).getFailureInfo())
                    .map(ErrorInfo::getException);
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Whether a running job keeps state: its output depends on more than the current record. */
    public static boolean isStateful(JobID job) {
        return STATEFUL.contains(job);
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public boolean isCompatibleWith(Configuration configuration) {
        return NAME.equals(configuration.get(DeploymentOptions.TARGET));
    }

    @Override
    public PipelineExecutor getExecutor(Configuration configuration) {
        return MiniClusterExecutorFactory::execute;
    }

    private static CompletableFuture<JobClient> execute(
            Pipeline pipeline, Configuration configuration, ClassLoader userClassLoader) throws Exception {
        StreamGraph graph = PipelineExecutorUtils.getStreamGraph(pipeline, configuration);
        boolean stateful = graph.getStreamNodes().stream().anyMatch(node -> node.getStatePartitioners().length > 0);
        if (stateful && configuration.get(MUST_BE_STATELESS)) {
            throw new UserException(
                    "Offsets cannot be carried over to this statement: it keeps state (an aggregate, a join, a window), and"
                            + " would go on without the other statement's.");
        }
        if (stateful) {
            STATEFUL.add(graph.getJobID());
        }
        graph.serializeUserDefinedInstances();
        return cluster.submitJob(graph)
                .thenApply(submitted -> client(submitted.getJobID(), userClassLoader));
    }

    private static JobClient client(JobID job, ClassLoader userClassLoader) {
        JobClient client =
                new MiniClusterJobClient(job, cluster, userClassLoader, JobFinalizationBehavior.NOTHING);
        client.getJobExecutionResult().whenComplete((result, failure) -> STATEFUL.remove(job));
        return client;
    }
}
