package rag.flink.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicSink;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.sink.DataStreamSinkProvider;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.connector.sink.abilities.SupportsWritingMetadata;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.utils.JoinedRowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;

/** Kafka's sink, with the row's kind in each record's {@link OpHeader}. */
final class RetractSink implements DynamicTableSink, SupportsWritingMetadata {

    private final KafkaDynamicSink kafka;
    private final int physicalColumns;
    private List<String> metadata;
    private DataType consumed;

    RetractSink(KafkaDynamicSink kafka, DataType physical) {
        this(kafka, DataType.getFieldCount(physical), List.of(), physical);
    }

    private RetractSink(KafkaDynamicSink kafka, int physicalColumns, List<String> metadata, DataType consumed) {
        this.kafka = kafka;
        this.physicalColumns = physicalColumns;
        this.metadata = metadata;
        this.consumed = consumed;
    }

    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requestedMode) {
        return ChangelogMode.all();
    }

    @Override
    public Map<String, DataType> listWritableMetadata() {
        return kafka.listWritableMetadata();
    }

    @Override
    public void applyWritableMetadata(List<String> keys, DataType type) {
        metadata = keys;
        consumed = type;
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
        int given = metadata.indexOf(OpHeader.HEADERS);
        List<String> keys = new ArrayList<>(metadata);
        if (given >= 0) {
            keys.set(given, "$given"); // they are written together with the change's header, after all other columns
        }
        keys.add(OpHeader.HEADERS);
        DataType written = DataTypes.ROW(RetractSource.withHeaders(consumed));
        kafka.applyWritableMetadata(keys, written);
        SinkV2Provider records = LenientlyClosedSink.provider((SinkV2Provider) kafka.getSinkRuntimeProvider(context));
        RowType type = (RowType) written.getLogicalType();
        return new DataStreamSinkProvider() {
            @Override
            public DataStreamSink<?> consumeDataStream(ProviderContext provider, DataStream<RowData> rows) {
                SingleOutputStreamOperator<RowData> marked =
                        rows.map(new Changes(given < 0 ? -1 : physicalColumns + given), InternalTypeInfo.of(type))
                                .name("op")
                                .setParallelism(rows.getParallelism());
                DataStreamSink<RowData> sink = marked.sinkTo(records.createSink());
                provider.generateUid("retract").ifPresent(sink::uid);
                return sink.setParallelism(rows.getParallelism());
            }
        };
    }

    @Override
    public DynamicTableSink copy() {
        return new RetractSink((KafkaDynamicSink) kafka.copy(), physicalColumns, metadata, consumed);
    }

    @Override
    public String asSummaryString() {
        return kafka.asSummaryString();
    }

    /** Appends the headers to a row. */
    private static final class Changes implements MapFunction<RowData, RowData> {

        private static final long serialVersionUID = 1L;

        private final int given;

        /** @param given index of the column with headers of the statement's own, -1 without one */
        Changes(int given) {
            this.given = given;
        }

        @Override
        public RowData map(RowData row) {
            MapData headers = given < 0 || row.isNullAt(given) ? null : row.getMap(given);
            RowData marked = GenericRowData.of(OpHeader.write(row.getRowKind(), headers));
            return new JoinedRowData(RowKind.INSERT, row, marked);
        }
    }
}
