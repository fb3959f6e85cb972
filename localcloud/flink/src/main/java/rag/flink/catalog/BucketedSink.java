package rag.flink.catalog;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.connector.sink.abilities.SupportsBucketing;
import org.apache.flink.table.connector.sink.abilities.SupportsWritingMetadata;
import org.apache.flink.table.types.DataType;

/** Kafka's sink. It partitions records by the hash of their key; this wrapper tells the planner so. */
record BucketedSink(DynamicTableSink sink) implements DynamicTableSink, SupportsBucketing, SupportsWritingMetadata {

    @Override
    public Map<String, DataType> listWritableMetadata() {
        return ((SupportsWritingMetadata) sink).listWritableMetadata();
    }

    @Override
    public void applyWritableMetadata(List<String> keys, DataType consumed) {
        ((SupportsWritingMetadata) sink).applyWritableMetadata(keys, consumed);
    }

    @Override
    public Set<TableDistribution.Kind> listAlgorithms() {
        return Set.of(TableDistribution.Kind.HASH, TableDistribution.Kind.UNKNOWN);
    }

    @Override
    public boolean requiresBucketCount() {
        return false;
    }

    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requestedMode) {
        return sink.getChangelogMode(requestedMode);
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
        SinkRuntimeProvider provider = sink.getSinkRuntimeProvider(context);
        return provider instanceof SinkV2Provider kafka ? LenientlyClosedSink.provider(kafka) : provider;
    }

    @Override
    public DynamicTableSink copy() {
        return new BucketedSink(sink.copy());
    }

    @Override
    public String asSummaryString() {
        return sink.asSummaryString();
    }
}
