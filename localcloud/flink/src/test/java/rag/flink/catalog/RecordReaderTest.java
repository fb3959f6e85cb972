package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import rag.flink.UserException;

class RecordReaderTest {

    /**
     * Two rows for each record; after the first row of one that begins with x it fails, and as Flink's reader it is of no
     * use from then on.
     */
    private static final class Pairs implements KafkaRecordDeserializationSchema<RowData> {

        private static final long serialVersionUID = 1L;

        private boolean hasFailed;

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RowData> out) throws IOException {
            assertFalse(hasFailed);
            hasFailed = record.value()[0] == 'x';
            StringData text = StringData.fromBytes(record.value());
            out.collect(GenericRowData.of(text, null, null));
            if (hasFailed) {
                throw new IOException("A record is of no use.");
            }
            out.collect(GenericRowData.of(text, null, null));
        }

        @Override
        public TypeInformation<RowData> getProducedType() {
            return InternalTypeInfo.of(DataTypes.ROW(DataTypes.STRING()).getLogicalType());
        }
    }

    private static List<RowData> read(FaultyRecords faulty, int rawKey, int rawValue, String... values) throws Exception {
        RecordReader reader = new RecordReader(new Pairs(), faulty, rawKey, rawValue);
        reader.open(null);
        List<RowData> rows = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            byte[] value = values[i].getBytes(StandardCharsets.UTF_8);
            reader.deserialize(new ConsumerRecord<>("orders", 2, 40 + i, new byte[] {7}, value), new ListCollector<>(rows));
        }
        return rows;
    }

    @Test
    void theStatementFailsWithThePlaceOfTheRecord() {
        String said =
                assertThrows(UserException.class, () -> read(FaultyRecords.FAIL, -1, -1, "a", "xa")).getMessage();
        assertTrue(said.startsWith("A record is of no use. It is the record at offset 41 of partition 2 of 'orders'"), said);
    }

    @Test
    void ofAnIgnoredRecordNoRowIsRead() throws Exception {
        List<RowData> rows = read(FaultyRecords.IGNORE, -1, -1, "xa", "b", "xc");
        assertEquals(List.of("b", "b"), rows.stream().map(row -> row.getString(0).toString()).toList());
    }

    @Test
    void othersAreHandedOverWithTheirCause() throws Exception {
        List<String> taken = new ArrayList<>();
        read((record, cause) -> taken.add(record.offset() + " " + cause.getMessage()), -1, -1, "a", "xb", "c");
        assertEquals(List.of("41 A record is of no use."), taken);
    }

    @Test
    void rawKeyAndValueAreThoseOfTheRecord() throws Exception {
        RowData row = read(FaultyRecords.FAIL, 2, 1, "abc").get(1);
        assertArrayEquals("abc".getBytes(StandardCharsets.UTF_8), row.getBinary(1));
        assertArrayEquals(new byte[] {7}, row.getBinary(2));
    }
}
