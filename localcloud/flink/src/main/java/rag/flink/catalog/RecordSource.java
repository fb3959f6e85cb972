package rag.flink.catalog;

import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.SourceTransformation;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicSource;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;

/** Kafka's source, with what Confluent's reads besides: raw keys and values, and records that cannot be read. */
final class RecordSource implements ScanTableSource, SupportsReadingMetadata, SupportsWatermarkPushDown {

    private static final String RAW_KEY = "raw-key";
    private static final String RAW_VALUE = "raw-value";

    /** Metadata of Kafka's source whose place in a row a raw key or value takes. */
    private static final String PLACEHOLDER = "topic";

    private final KafkaDynamicSource kafka;
    private final FaultyRecords faulty;
    private int rawKey = -1;
    private int rawValue = -1;

    RecordSource(KafkaDynamicSource kafka, FaultyRecords faulty) {
        this.kafka = kafka;
        this.faulty = faulty;
    }

    @Override
    public ChangelogMode getChangelogMode() {
        return kafka.getChangelogMode();
    }

    @Override
    public Map<String, DataType> listReadableMetadata() {
        Map<String, DataType> metadata = new LinkedHashMap<>(kafka.listReadableMetadata());
        metadata.put(RAW_KEY, DataTypes.BYTES());
        metadata.put(RAW_VALUE, DataTypes.BYTES());
        return metadata;
    }

    @Override
    public void applyReadableMetadata(List<String> keys, DataType produced) {
        int first = DataType.getFieldCount(produced) - keys.size();
        rawKey = keys.contains(RAW_KEY) ? first + keys.indexOf(RAW_KEY) : -1;
        rawValue = keys.contains(RAW_VALUE) ? first + keys.indexOf(RAW_VALUE) : -1;
        List<String> known = keys.stream().map(key -> key.startsWith("raw-") ? PLACEHOLDER : key).toList();
        kafka.applyReadableMetadata(known, produced);
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
        DataStreamScanProvider records = (DataStreamScanProvider) kafka.getScanRuntimeProvider(context);
        return new DataStreamScanProvider() {
            @Override
            public DataStream<RowData> produceDataStream(
                    ProviderContext provider, StreamExecutionEnvironment environment) {
                DataStream<RowData> read = records.produceDataStream(provider, environment);
                wrapReader(((SourceTransformation<?, ?, ?>) read.getTransformation()).getSource());
                return read;
            }

            @Override
            public boolean isBounded() {
                return records.isBounded();
            }
        };
    }

    /** Wraps the reader of records. The connector's table source offers no way to do so, hence the private field. */
    @SuppressWarnings("unchecked")
    private void wrapReader(Object source) {
        try {
            Field reader = KafkaSource.class.getDeclaredField("deserializationSchema");
            reader.setAccessible(true);
            reader.set(
                    source,
                    new RecordReader(
                            (KafkaRecordDeserializationSchema<RowData>) reader.get(source), faulty, rawKey, rawValue));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Kafka's connector is of another version than this class is made for", e);
        }
    }

    @Override
    public DynamicTableSource copy() {
        RecordSource copy = new RecordSource((KafkaDynamicSource) kafka.copy(), faulty);
        copy.rawKey = rawKey;
        copy.rawValue = rawValue;
        return copy;
    }

    @Override
    public String asSummaryString() {
        return kafka.asSummaryString();
    }
}
