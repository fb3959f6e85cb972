package rag.flink;

import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Records given to the sinks of each running job: Flink's own counters, read in this process. */
public final class RecordCounts implements MetricReporter {

    /** Flink's standard metric of a sink (FLIP-33). */
    private static final String SENT = "numRecordsSend";

    private static final String JOB = "<job_id>";
    private static final Map<Metric, String> COUNTERS = new ConcurrentHashMap<>();

    /** Loaded by Flink through its class name in the configuration. */
    public static final class Factory implements MetricReporterFactory {

        @Override
        public MetricReporter createMetricReporter(Properties properties) {
            return new RecordCounts();
        }
    }

    /** Records written by a job since it was started; empty if it has no sink that counts. */
    public static Optional<Long> written(JobID job) {
        return COUNTERS.entrySet().stream()
                .filter(entry -> entry.getValue().equals(job.toHexString()))
                .map(entry -> ((Counter) entry.getKey()).getCount())
                .reduce(Long::sum);
    }

    @Override
    public void open(MetricConfig config) {}

    @Override
    public void close() {
        COUNTERS.clear();
    }

    @Override
    public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
        String job = group.getAllVariables().get(JOB);
        if (name.equals(SENT) && metric instanceof Counter && job != null) {
            COUNTERS.put(metric, job);
        }
    }

    @Override
    public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
        COUNTERS.remove(metric);
    }
}
