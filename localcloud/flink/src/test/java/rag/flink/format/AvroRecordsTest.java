package rag.flink.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import rag.flink.UserException;

class AvroRecordsTest {

    private static RowType typeOf(String schema) {
        return (RowType) AvroSchemas.typeOf(schema).getLogicalType();
    }

    /** What Avro's own generic values become as a row. */
    private static RowData read(String schema, Object value) {
        return (RowData) AvroReaders.ofRow(AvroSchemas.parse(schema), typeOf(schema)).read(value);
    }

    private static Object write(String schema, RowData row) {
        return AvroWriters.ofRow(typeOf(schema), AvroSchemas.parse(schema)).write(row);
    }

    private static String record(String... fields) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < fields.length; i++) {
            text.append(i == 0 ? "" : ",").append("{\"name\":\"f" + i + "\",\"type\":" + fields[i] + "}");
        }
        return "{\"type\":\"record\",\"name\":\"r\",\"fields\":[" + text + "]}";
    }

    @Test
    void anyRowOfAnyTableIsReadAsItWasWritten() {
        Random random = new Random(16);
        for (int round = 0; round < 2000; round++) {
            RowType type = AnyTable.row(random, 6);
            Schema schema = AvroSchemas.parse(AvroSchemas.schemaOf(type, "t_value"));
            AvroWriters.Writer writer = AvroWriters.ofRow(type, schema);
            AvroReaders.Reader reader = AvroReaders.ofRow(schema, type);
            Object row = AnyTable.value(type, random);
            Object written = writer.write(row);
            Object read = reader.read(written);
            // Rows of arrays and maps have no equality: what is written of them has.
            assertEquals(written, writer.write(read), type.toString());
            assertTrue(GenericData.get().validate(schema, written), type.toString());
        }
    }

    @Test
    void aMomentKeepsItsMicroseconds() {
        String schema = record("{\"type\":\"long\",\"logicalType\":\"local-timestamp-micros\"}");
        GenericData.Record given = new GenericData.Record(AvroSchemas.parse(schema));
        given.put(0, -1L);
        RowData row = read(schema, given);
        assertEquals(TimestampData.fromEpochMillis(-1, 999_000), row.getTimestamp(0, 6));
        assertEquals(given, write(schema, row));
    }

    @Test
    void aFixedDecimalKeepsItsSignAndSize() {
        String schema =
                record("{\"type\":\"fixed\",\"name\":\"d\",\"size\":6,\"logicalType\":\"decimal\",\"precision\":9,\"scale\":2}");
        GenericData.Record given = new GenericData.Record(AvroSchemas.parse(schema));
        given.put(0, new GenericData.Fixed(given.getSchema().getField("f0").schema(), new byte[] {-1, -1, -1, -1, -1, 56}));
        RowData row = read(schema, given);
        assertEquals("-2.00", row.getDecimal(0, 9, 2).toString());
        assertEquals(given, write(schema, row));
    }

    @Test
    void aNumberThatDoesNotFitItsColumnIsRefusedNotRounded() {
        String schema = record("{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":3,\"scale\":1}");
        GenericData.Record given = new GenericData.Record(AvroSchemas.parse(schema));
        given.put(0, ByteBuffer.wrap(new byte[] {127, 127, 127}));
        String why = assertThrows(IllegalArgumentException.class, () -> read(schema, given)).getMessage();
        assertEquals("'835571.1' does not fit into DECIMAL(3, 1)", why);
    }

    @Test
    void anEnumIsTextAndOnlyItsSymbolsAreWritten() {
        String schema = record("{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[\"UP\",\"DOWN\"]}");
        RowData row = GenericRowData.of(StringData.fromString("DOWN"));
        assertEquals("DOWN", ((GenericData.Record) write(schema, row)).get(0).toString());
        RowData other = GenericRowData.of(StringData.fromString("LEFT"));
        String why = assertThrows(UserException.class, () -> write(schema, other)).getMessage();
        assertEquals("'LEFT' is not one of the values of the Avro enum 'e': UP, DOWN.", why);
    }

    @Test
    void ofAUnionOneFieldHasTheValue() {
        String schema = record("[\"null\",\"long\",\"string\",{\"type\":\"array\",\"items\":\"int\"}]");
        for (Object value : new Object[] {7L, List.of(1, 2), null}) {
            GenericData.Record given = new GenericData.Record(AvroSchemas.parse(schema));
            given.put(0, value);
            RowData row = read(schema, given);
            assertEquals(value == null, row.isNullAt(0));
            assertEquals(given, write(schema, row));
        }
        RowData both = GenericRowData.of(GenericRowData.of(7L, StringData.fromString("x"), null));
        String why = assertThrows(UserException.class, () -> write(schema, both)).getMessage();
        assertEquals(
                "A row of the union of long, string, array must have exactly one of them: set the others to NULL.", why);
    }

    @Test
    void aValueWithoutANameIsTheRecord() {
        assertEquals(GenericRowData.of(5L), AvroReaders.ofRow(
                AvroSchemas.parse("\"long\""), RowType.of(AvroSchemas.typeOf("\"long\"").getLogicalType())).read(5L));
    }
}
