package rag.flink.catalog;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
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

/** A source of generated rows: of an example, or of a table with {@code 'connector' = 'faker'}. */
final class GeneratedSource implements ScanTableSource, SupportsReadingMetadata {

    /** As many as Confluent's examples have. */
    static final int ROWS_PER_SECOND = 50;

    /** Makes the rows; shipped with the job. */
    interface Rows extends Serializable {

        /** A new row: a value in Flink's internal form for each column. */
        Object[] row();
    }

    /** Newer rows replace older ones, and none is deleted. */
    private static final ChangelogMode UPSERT =
            ChangelogMode.newBuilder().addContainedKind(RowKind.INSERT).addContainedKind(RowKind.UPDATE_AFTER).build();

    private final String name;
    private final Rows rows;
    private final boolean isUpsert;
    private final int perSecond;
    private final OptionalLong count;
    private DataType produced;
    private boolean hasTime;

    /**
     * @param isUpsert whether a newer row replaces an older one of its key
     * @param count how many rows there are; empty without end
     */
    GeneratedSource(
            String name, Rows rows, boolean isUpsert, int perSecond, OptionalLong count, DataType produced) {
        this.name = name;
        this.rows = rows;
        this.isUpsert = isUpsert;
        this.perSecond = perSecond;
        this.count = count;
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
        return isUpsert ? UPSERT : ChangelogMode.insertOnly();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        InternalTypeInfo<RowData> type = InternalTypeInfo.of(produced.getLogicalType());
        DataGeneratorSource<RowData> source =
                new DataGeneratorSource<>(
                        generator(rows, isUpsert, hasTime),
                        count.orElse(Long.MAX_VALUE),
                        RateLimiterStrategy.perSecond(perSecond),
                        type);
        return new DataStreamScanProvider() {
            @Override
            public DataStream<RowData> produceDataStream(
                    ProviderContext provider, StreamExecutionEnvironment environment) {
                return environment
                        .fromSource(source, WatermarkStrategy.noWatermarks(), name, type)
                        .setParallelism(1);
            }

            @Override
            public boolean isBounded() {
                return count.isPresent();
            }
        };
    }

    /** Static: what it refers to is shipped with the job. */
    private static GeneratorFunction<Long, RowData> generator(Rows rows, boolean isUpsert, boolean hasTime) {
        RowKind kind = isUpsert ? RowKind.UPDATE_AFTER : RowKind.INSERT;
        return number -> {
            Object[] values = rows.row();
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
        GeneratedSource copy = new GeneratedSource(name, rows, isUpsert, perSecond, count, produced);
        copy.hasTime = hasTime;
        return copy;
    }

    @Override
    public String asSummaryString() {
        return name;
    }
}
