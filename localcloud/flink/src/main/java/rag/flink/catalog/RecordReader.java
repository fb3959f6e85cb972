package rag.flink.catalog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.Collector;
import org.apache.flink.util.InstantiationUtil;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads the rows of a record as Flink's connector does; what cannot be read goes to {@link FaultyRecords}. */
final class RecordReader implements KafkaRecordDeserializationSchema<RowData> {

    private static final long serialVersionUID = 1L;

    private final KafkaRecordDeserializationSchema<RowData> rows;
    private final FaultyRecords faulty;
    private final int rawKey;
    private final int rawValue;
    private transient DeserializationSchema.InitializationContext context;
    private transient KafkaRecordDeserializationSchema<RowData> reader;
    private transient Rows read;

    /** Rows of one record: none of them is used if another one cannot be read. */
    private static final class Rows implements Collector<RowData> {

        private final List<RowData> all = new ArrayList<>();

        @Override
        public void collect(RowData row) {
            all.add(row);
        }

        @Override
        public void close() {}
    }

    /**
     * @param rawKey position of the column that takes the record's key as it is; negative without one
     * @param rawValue position of the column that takes the record's value as it is; negative without one
     */
    RecordReader(
            KafkaRecordDeserializationSchema<RowData> rows, FaultyRecords faulty, int rawKey, int rawValue) {
        this.rows = rows;
        this.faulty = faulty;
        this.rawKey = rawKey;
        this.rawValue = rawValue;
    }

    @Override
    public void open(DeserializationSchema.InitializationContext given) throws Exception {
        context = given;
        reader = copy();
        read = new Rows();
    }

    /** A reader that has read nothing yet: after a fault, Flink's keeps the record's key for the next record. */
    private KafkaRecordDeserializationSchema<RowData> copy() throws Exception {
        KafkaRecordDeserializationSchema<RowData> copy = InstantiationUtil.clone(rows);
        copy.open(context);
        return copy;
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RowData> out) {
        read.all.clear();
        try {
            reader.deserialize(record, read);
        } catch (IOException e) {
            faulty.take(record, e);
            restart();
            return;
        }
        for (RowData row : read.all) {
            if (rawKey >= 0) {
                ((GenericRowData) row).setField(rawKey, record.key());
            }
            if (rawValue >= 0) {
                ((GenericRowData) row).setField(rawValue, record.value());
            }
            out.collect(row);
        }
    }

    private void restart() {
        try {
            reader = copy();
        } catch (Exception e) { // it could be opened before
            throw new IllegalStateException(e);
        }
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return rows.getProducedType();
    }
}
