package rag.flink.catalog;

import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.types.RowKind;

/** An unbounded source of the rows of an example, as many a second as Confluent's. */
final class ExampleSource implements ScanTableSource, SupportsReadingMetadata {

    static final int ROWS_PER_SECOND = 50;

    /** Newer rows replace older ones, and none is deleted. */
    private static final ChangelogMode UPSERT =
            ChangelogMode.newBuilder().addContainedKind(RowKind.INSERT).addContainedKind(RowKind.UPDATE_AFTER).build();

    private final ExampleTable table;
    private DataType produced;
    private boolean hasTime;

    ExampleSource(ExampleTable table, DataType produced) {
        this.table = table;
        this.produced = produced;
    }

    @Override
    public Map<String, DataType> listReadableMetadata() {
        return Map.of(SystemColumns.ROWTIME, SystemColumns.TYPE);
    }

    @Override
    public void applyReadableMetadata(List<String> keys, DataType producedDataType) {
        hasTime = keys.contains(SystemColumns.ROWTIME);
        produced = producedDataType;
    }

    @Override
    public ChangelogMode getChangelogMode() {
        return table.key().isPresent() ? UPSERT : ChangelogMode.insertOnly();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        InternalTypeInfo<RowData> type = InternalTypeInfo.of(produced.getLogicalType());
        DataGeneratorSource<RowData> source =
                new DataGeneratorSource<>(
                        generator(table, hasTime),
                        Long.MAX_VALUE,
                        RateLimiterStrategy.perSecond(ROWS_PER_SECOND),
                        type);
        return new DataStreamScanProvider() {
            @Override
            public DataStream<RowData> produceDataStream(
                    ProviderContext provider, StreamExecutionEnvironment environment) {
                return environment
                        .fromSource(source, WatermarkStrategy.noWatermarks(), ExamplesCatalog.NAME, type)
                        .setParallelism(1);
            }

            @Override
            public boolean isBounded() {
                return false;
            }
        };
    }

    /** Static: what it refers to is shipped with the job. */
    private static GeneratorFunction<Long, RowData> generator(ExampleTable table, boolean hasTime) {
        RowKind kind = table.key().isPresent() ? RowKind.UPDATE_AFTER : RowKind.INSERT;
        return number -> {
            Object[] values = table.row();
            GenericRowData row = new GenericRowData(kind, values.length + (hasTime ? 1 : 0));
            for (int i = 0; i < values.length; i++) {
                row.setField(i, values[i]);
            }
            if (hasTime) {
                row.setField(values.length, TimestampData.fromEpochMillis(System.currentTimeMillis()));
            }
            return row;
        };
    }

    @Override
    public DynamicTableSource copy() {
        ExampleSource copy = new ExampleSource(table, produced);
        copy.hasTime = hasTime;
        return copy;
    }

    @Override
    public String asSummaryString() {
        return ExamplesCatalog.NAME + "." + ExamplesCatalog.DATABASE;
    }
}
