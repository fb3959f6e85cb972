package rag.flink.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.catalog.UniqueConstraint;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;

/**
 * A bounded source of changes, read to its end before its final rows come out: what Flink plans as a batch, which sorts,
 * ranks and aggregates final rows as Confluent's snapshot queries do.
 */
final class FinalRowsSource implements ScanTableSource, SupportsReadingMetadata, SupportsWatermarkPushDown {

    private final ScanTableSource changes;
    private final int[] key;
    private final boolean replaces;
    private DataType produced;

    private FinalRowsSource(ScanTableSource changes, int[] key, boolean replaces, DataType produced) {
        this.changes = changes;
        this.key = key;
        this.replaces = replaces;
        this.produced = produced;
    }

    /** A row is found again by its primary key; without one, by its whole content. */
    static FinalRowsSource of(ScanTableSource changes, DynamicTableFactory.Context context) {
        DataType row = context.getPhysicalRowDataType();
        List<String> names = DataType.getFieldNames(row);
        Optional<UniqueConstraint> primaryKey = context.getCatalogTable().getResolvedSchema().getPrimaryKey();
        int[] key =
                primaryKey
                        .map(found -> found.getColumns().stream().mapToInt(names::indexOf).toArray())
                        .orElseGet(() -> IntStream.range(0, names.size()).toArray());
        boolean replaces = !changes.getChangelogMode().contains(RowKind.UPDATE_BEFORE);
        return new FinalRowsSource(changes, key, replaces, row);
    }

    @Override
    public ChangelogMode getChangelogMode() {
        return ChangelogMode.insertOnly();
    }

    @Override
    public Map<String, DataType> listReadableMetadata() {
        return ((SupportsReadingMetadata) changes).listReadableMetadata();
    }

    @Override
    public void applyReadableMetadata(List<String> keys, DataType type) {
        ((SupportsReadingMetadata) changes).applyReadableMetadata(keys, type);
        produced = type;
    }

    @Override
    public boolean supportsMetadataProjection() {
        return ((SupportsReadingMetadata) changes).supportsMetadataProjection();
    }

    @Override
    public void applyWatermark(WatermarkStrategy<RowData> strategy) {
        ((SupportsWatermarkPushDown) changes).applyWatermark(strategy);
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        DataStreamScanProvider read = (DataStreamScanProvider) changes.getScanRuntimeProvider(context);
        RowType type = (RowType) produced.getLogicalType();
        return new DataStreamScanProvider() {
            @Override
            public DataStream<RowData> produceDataStream(
                    ProviderContext provider, StreamExecutionEnvironment environment) {
                return read.produceDataStream(provider, environment)
                        .transform("final rows", InternalTypeInfo.of(type), new FinalRows(type, key, replaces))
                        .setParallelism(1)
                        .setMaxParallelism(1);
            }

            @Override
            public boolean isBounded() {
                return read.isBounded();
            }
        };
    }

    @Override
    public DynamicTableSource copy() {
        return new FinalRowsSource((ScanTableSource) changes.copy(), key, replaces, produced);
    }

    @Override
    public String asSummaryString() {
        return changes.asSummaryString();
    }
}
