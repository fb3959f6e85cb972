package rag.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.apache.flink.runtime.entrypoint.component.SessionComponentWithoutRest;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobGraphBuilder;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.jobgraph.tasks.AbstractInvokable;
import org.apache.flink.runtime.minicluster.MiniCluster;
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

    private static JobGraph job() {
        JobVertex vertex = new JobVertex("nothing");
        vertex.setInvokableClass(Nothing.class);
        vertex.setParallelism(1);
        return JobGraphBuilder.newStreamingJobGraphBuilder().addJobVertex(vertex).build();
    }
}
