package rag.flink;

import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Records written and yet to be read by each running job: Flink's own metrics, read in this process. */
public final class RecordCounts implements MetricReporter {

    /** Flink's standard metrics of a sink and of a source (FLIP-33). */
    private static final String SENT = "numRecordsSend";

    private static final String PENDING = "pendingRecords";

    private static final String JOB = "<job_id>";
    private static final Map<Metric, String> COUNTERS = new ConcurrentHashMap<>();
    private static final Map<Metric, String> GAUGES = new ConcurrentHashMap<>();

    /** Loaded by Flink through its class name in the configuration. */
    public static final class Factory implements MetricReporterFactory {

        @Override
        public MetricReporter createMetricReporter(Properties properties) {
            return new RecordCounts();
        }
    }

    /** Records written by a job since it was started; empty if it has no sink that counts. */
    public static Optional<Long> written(JobID job) {
        return total(COUNTERS, job, metric -> ((Counter) metric).getCount());
    }

    /** Records of its topics that a job has yet to read; empty if it has no source that counts them. */
    public static Optional<Long> pending(JobID job) {
        return total(GAUGES, job, metric -> ((Number) ((Gauge<?>) metric).getValue()).longValue());
    }

    private static Optional<Long> total(Map<Metric, String> metrics, JobID job, ToLongFunction<Metric> value) {
        return metrics.entrySet().stream()
                .filter(entry -> entry.getValue().equals(job.toHexString()))
                .map(entry -> value.applyAsLong(entry.getKey()))
                .reduce(Long::sum);
    }

    @Override
    public void open(MetricConfig config) {}

    @Override
    public void close() {
        COUNTERS.clear();
        GAUGES.clear();
    }

    @Override
    public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
        String job = group.getAllVariables().get(JOB);
        if (name.equals(SENT) && metric instanceof Counter && job != null) {
            COUNTERS.put(metric, job);
        } else if (name.equals(PENDING) && metric instanceof Gauge && job != null) {
            GAUGES.put(metric, job);
        }
    }

    @Override
    public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
        COUNTERS.remove(metric);
        GAUGES.remove(metric);
    }
}
