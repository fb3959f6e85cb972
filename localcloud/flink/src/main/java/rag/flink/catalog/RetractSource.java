package rag.flink.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/** Kafka's source, with each record's {@link OpHeader} for the row's kind. */
final class RetractSource implements ScanTableSource, SupportsReadingMetadata, SupportsWatermarkPushDown {

    private final RecordSource kafka;
    private List<String> metadata = List.of();
    private DataType produced;

    RetractSource(RecordSource kafka, DataType produced) {
        this.kafka = kafka;
        this.produced = produced;
    }

    @Override
    public ChangelogMode getChangelogMode() {
        return ChangelogMode.all();
    }

    @Override
    public Map<String, DataType> listReadableMetadata() {
        return kafka.listReadableMetadata();
    }

    @Override
    public void applyReadableMetadata(List<String> keys, DataType type) {
        metadata = keys;
        produced = type;
    }

    @Override
    public boolean supportsMetadataProjection() {
        return kafka.supportsMetadataProjection();
    }

    @Override
    public void applyWatermark(WatermarkStrategy<RowData> strategy) {
        kafka.applyWatermark(strategy);
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        List<String> keys = new ArrayList<>(metadata);
        keys.add(OpHeader.HEADERS);
        kafka.applyReadableMetadata(keys, DataTypes.ROW(withHeaders(produced)));
        DataStreamScanProvider records = (DataStreamScanProvider) kafka.getScanRuntimeProvider(context);
        RowType type = (RowType) produced.getLogicalType();
        return new DataStreamScanProvider() {
            @Override
            public DataStream<RowData> produceDataStream(
                    ProviderContext provider, StreamExecutionEnvironment environment) {
                DataStream<RowData> read = records.produceDataStream(provider, environment);
                return read.map(new Changes(type), InternalTypeInfo.of(type))
                        .name("op")
                        .setParallelism(read.getParallelism());
            }

            @Override
            public boolean isBounded() {
                return records.isBounded();
            }
        };
    }

    /** The fields of a row, followed by its headers. */
    static List<DataTypes.Field> withHeaders(DataType row) {
        List<DataTypes.Field> fields = new ArrayList<>();
        DataType.getFields(row).forEach(field -> fields.add(field));
        fields.add(DataTypes.FIELD("$headers", OpHeader.TYPE));
        return fields;
    }

    @Override
    public DynamicTableSource copy() {
        RetractSource copy = new RetractSource((RecordSource) kafka.copy(), produced);
        copy.metadata = metadata;
        return copy;
    }

    @Override
    public String asSummaryString() {
        return kafka.asSummaryString();
    }

    /** Removes the headers from a row and sets its kind by them. */
    private static final class Changes implements MapFunction<RowData, RowData> {

        private static final long serialVersionUID = 1L;

        private final RowData.FieldGetter[] fields;

        Changes(RowType type) {
            this.fields = new RowData.FieldGetter[type.getFieldCount()];
            for (int i = 0; i < fields.length; i++) {
                fields[i] = RowData.createFieldGetter(type.getTypeAt(i), i);
            }
        }

        @Override
        public RowData map(RowData record) {
            GenericRowData row = new GenericRowData(OpHeader.read(record.getMap(fields.length)), fields.length);
            for (int i = 0; i < fields.length; i++) {
                row.setField(i, fields[i].getFieldOrNull(record));
            }
            return row;
        }
    }
}
