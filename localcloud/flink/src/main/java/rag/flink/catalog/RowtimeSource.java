package rag.flink.catalog;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;

/**
 * A source that also offers a record's time as {@code $rowtime}: Flink allows one column for each metadata key, and a
 * table may have a column of {@code timestamp} beside the hidden one.
 *
 * @param source Kafka's, which reads metadata and takes watermarks
 * @param statement names the sources whose watermarks are aligned
 * @param drift how far a partition's watermark may be ahead of the slowest one's; zero without limit
 */
record RowtimeSource(ScanTableSource source, String statement, Duration drift)
        implements ScanTableSource, SupportsReadingMetadata, SupportsWatermarkPushDown {

    private static final String TIMESTAMP = "timestamp";

    @Override
    public Map<String, DataType> listReadableMetadata() {
        Map<String, DataType> metadata = new LinkedHashMap<>(metadata().listReadableMetadata());
        metadata.put(SystemColumns.ROWTIME, metadata.get(TIMESTAMP));
        return metadata;
    }

    @Override
    public void applyReadableMetadata(List<String> keys, DataType produced) {
        List<String> kafka = keys.stream().map(key -> key.equals(SystemColumns.ROWTIME) ? TIMESTAMP : key).toList();
        metadata().applyReadableMetadata(kafka, produced);
    }

    @Override
    public boolean supportsMetadataProjection() {
        return metadata().supportsMetadataProjection();
    }

    @Override
    public void applyWatermark(WatermarkStrategy<RowData> strategy) {
        ((SupportsWatermarkPushDown) source)
                .applyWatermark(drift.isZero() ? strategy : strategy.withWatermarkAlignment(statement, drift));
    }

    @Override
    public ChangelogMode getChangelogMode() {
        return source.getChangelogMode();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        return source.getScanRuntimeProvider(context);
    }

    @Override
    public DynamicTableSource copy() {
        return new RowtimeSource((ScanTableSource) source.copy(), statement, drift);
    }

    @Override
    public String asSummaryString() {
        return source.asSummaryString();
    }

    private SupportsReadingMetadata metadata() {
        return (SupportsReadingMetadata) source;
    }
}
