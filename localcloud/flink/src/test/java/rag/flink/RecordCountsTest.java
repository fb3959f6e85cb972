package rag.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecordCountsTest {

    private final RecordCounts counts = new RecordCounts();
    private final JobID job = new JobID();

    private static MetricGroup groupOf(JobID job) {
        return new UnregisteredMetricsGroup() {
            @Override
            public Map<String, String> getAllVariables() {
                return Map.of("<job_id>", job.toHexString());
            }
        };
    }

    private <T extends Metric> T add(String name, T metric) {
        counts.notifyOfAddedMetric(metric, name, groupOf(job));
        return metric;
    }

    @AfterEach
    void close() {
        counts.close();
    }

    @Test
    void whatSubtasksHaveWrittenAndYetToReadIsAddedUp() {
        add("numRecordsSend", new SimpleCounter()).inc(3);
        add("numRecordsSend", new SimpleCounter()).inc(4);
        add("pendingRecords", (Gauge<Long>) () -> 10L);
        add("pendingRecords", (Gauge<Long>) () -> 5L);
        add("numRecordsOut", new SimpleCounter()).inc(99);
        assertEquals(Optional.of(7L), RecordCounts.written(job));
        assertEquals(Optional.of(15L), RecordCounts.pending(job));
    }

    @Test
    void anotherJobHasItsOwn() {
        add("pendingRecords", (Gauge<Long>) () -> 10L);
        assertEquals(Optional.empty(), RecordCounts.pending(new JobID()));
        assertEquals(Optional.empty(), RecordCounts.written(job));
    }

    @Test
    void aMetricThatIsGoneIsNotCounted() {
        Gauge<Long> gauge = add("pendingRecords", (Gauge<Long>) () -> 10L);
        counts.notifyOfRemovedMetric(gauge, "pendingRecords", groupOf(job));
        assertEquals(Optional.empty(), RecordCounts.pending(job));
    }
}
