package rag.flink;

import org.apache.flink.runtime.highavailability.JobResultEntry;
import org.apache.flink.runtime.highavailability.nonha.embedded.EmbeddedJobResultStore;
import org.apache.flink.runtime.jobmaster.JobResult;

/**
 * The results of jobs that have ended, in memory and without their accumulators.
 *
 * <p>Flink keeps a result for as long as the cluster runs, so that no job runs twice (FLINK-32806). An accumulator of a
 * query has its last rows, up to two megabytes. Whoever started the job has them from the cluster itself.
 */
final class JobResultsWithoutAccumulators extends EmbeddedJobResultStore {

    @Override
    public void createDirtyResultInternal(JobResultEntry entry) {
        JobResult whole = entry.getJobResult();
        JobResult.Builder kept =
                new JobResult.Builder()
                        .jobId(whole.getJobId())
                        .jobName(whole.getJobName())
                        .jobStatus(whole.getJobStatus().orElse(null))
                        .netRuntime(whole.getNetRuntime())
                        .startTime(whole.getStartTime())
                        .endTime(whole.getEndTime());
        whole.getApplicationId().ifPresent(kept::applicationId);
        super.createDirtyResultInternal(new JobResultEntry(kept.build()));
    }
}
