package rag.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.entrypoint.component.SessionComponentWithoutRest;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.highavailability.HighAvailabilityServices;
import org.apache.flink.runtime.highavailability.JobResultEntry;
import org.apache.flink.runtime.highavailability.JobResultStore;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobGraphBuilder;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.jobgraph.tasks.AbstractInvokable;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.util.OptionalFailure;
import org.apache.flink.util.SerializedValue;
import org.junit.jupiter.api.Test;

class PrivateClusterTest {

    /** A task that ends at once. */
    public static final class Nothing extends AbstractInvokable {

        public Nothing(Environment environment) {
            super(environment);
        }

        @Override
        public void invoke() {}
    }

    @Test
    void onlyTheLastJobsThatHaveEndedAreKept() throws Exception {
        try (MiniCluster cluster = SmallCluster.start(1)) {
            for (int number = 0; number < SessionComponentWithoutRest.MOST_ENDED_JOBS + 3; number++) {
                cluster.executeJobBlocking(job());
            }
            assertEquals(
                    SessionComponentWithoutRest.MOST_ENDED_JOBS, cluster.listJobs().get(10, TimeUnit.SECONDS).size());
        }
    }

    @Test
    void noResultOfAJobKeepsItsAccumulators() throws Exception {
        JobID id = new JobID();
        JobResult result =
                new JobResult.Builder()
                        .jobId(id)
                        .jobStatus(JobStatus.CANCELED)
                        .netRuntime(7)
                        .accumulatorResults(Map.of("rows", new SerializedValue<>(OptionalFailure.of("many rows"))))
                        .build();
        PrivateCluster cluster = new PrivateCluster(new MiniClusterConfiguration.Builder().build());
        try (HighAvailabilityServices services =
                cluster.createHighAvailabilityServices(new Configuration(), Runnable::run)) {
            JobResultStore store = services.getJobResultStore();
            store.createDirtyResultAsync(new JobResultEntry(result)).get(10, TimeUnit.SECONDS);
            JobResult kept = store.getDirtyResults().iterator().next();
            assertEquals(Map.of(), kept.getAccumulatorResults());
            assertEquals(Optional.of(JobStatus.CANCELED), kept.getJobStatus());
            store.markResultAsCleanAsync(id).get(10, TimeUnit.SECONDS);
            assertTrue(store.hasCleanJobResultEntryAsync(id).get(10, TimeUnit.SECONDS));
        }
    }

    private static JobGraph job() {
        JobVertex vertex = new JobVertex("nothing");
        vertex.setInvokableClass(Nothing.class);
        vertex.setParallelism(1);
        return JobGraphBuilder.newStreamingJobGraphBuilder().addJobVertex(vertex).build();
    }
}
