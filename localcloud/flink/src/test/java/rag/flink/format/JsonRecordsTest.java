package rag.flink.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import rag.flink.Json;

class JsonRecordsTest {

    private static final RowType ROW =
            (RowType)
                    DataTypes.ROW(
                                    DataTypes.FIELD("n", DataTypes.INT()),
                                    DataTypes.FIELD("d", DataTypes.DECIMAL(6, 2)),
                                    DataTypes.FIELD("v", DataTypes.ARRAY(DataTypes.FLOAT())))
                            .getLogicalType();

    private static final String SCHEMA = JsonSchemas.schemaOf(ROW, "t_value");

    private static byte[] framed(int id, String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(5 + text.length).put((byte) 0).putInt(id).put(text).array();
    }

    private static RowData read(byte[] record) throws IOException {
        JsonRegistryDeserializer reader =
                new JsonRegistryDeserializer(
                        ROW, SCHEMA, InternalTypeInfo.of(ROW), RegistryDeserializer.MissingKey.NONE);
        reader.open(null);
        return reader.deserialize(record);
    }

    @Test
    void aRecordIsWrittenAsItWasRead() throws IOException {
        byte[] record = framed(100_007, "{\"n\":7,\"d\":12.30,\"v\":[0.1,null,1.0E-5]}");
        JsonRegistrySerializer serializer = new JsonRegistrySerializer(ROW, SCHEMA, 100_007);
        serializer.open(null);
        assertArrayEquals(record, serializer.serialize(read(record)));
    }

    /** A vector of a model has its numbers as they are, others may have null among them: both have one form. */
    @Test
    void aVectorOfFloatsIsWrittenAsItsNumbers() throws IOException {
        JsonRegistrySerializer serializer = new JsonRegistrySerializer(ROW, SCHEMA, 7);
        serializer.open(null);
        for (GenericArrayData vector :
                List.of(
                        new GenericArrayData(new float[] {0.25f, -1.0E-5f, Float.NaN}),
                        new GenericArrayData(new Object[] {0.25f, -1.0E-5f, Float.NaN}))) {
            assertEquals(
                    new String(framed(7, "{\"n\":7,\"d\":null,\"v\":[0.25,-1.0E-5,\"NaN\"]}")),
                    new String(serializer.serialize(GenericRowData.of(7, null, vector))));
        }
    }

    @Test
    void anyRowOfAnyTableIsReadAsItWasWritten() throws IOException {
        Random random = new Random(59);
        for (int round = 0; round < 1000; round++) {
            RowType type = AnyTable.row(random, 3);
            String schema = JsonSchemas.schemaOf(type, "t_value");
            assertEquals(type, JsonSchemas.typeOf(schema).getLogicalType());
            JsonRegistrySerializer serializer = new JsonRegistrySerializer(type, schema, 7);
            serializer.open(null);
            byte[] written = serializer.serialize((RowData) AnyTable.value(type, random));
            JsonRegistryDeserializer reader =
                    new JsonRegistryDeserializer(
                            type, schema, InternalTypeInfo.of(type), RegistryDeserializer.MissingKey.NONE);
            reader.open(null);
            assertEquals(new String(written), new String(serializer.serialize(reader.deserialize(written))));
        }
    }

    @Test
    void aNumberThatDoesNotFitItsColumnIsRefusedNotRounded() {
        IOException failure = assertThrows(IOException.class, () -> read(framed(1, "{\"d\":12.345}")));
        assertEquals(
                "A record could not be read as JSON: field 'd': '12.345' does not fit into DECIMAL(6, 2)",
                failure.getMessage());
    }

    @Test
    void aConstantSaysWhichAlternativeAValueIs() throws IOException {
        String schema =
                "{\"oneOf\":[{\"type\":\"null\"},{\"properties\":{\"kind\":{\"const\":\"a\"},\"n\":{\"type\":\"number\"}}},"
                        + "{\"properties\":{\"kind\":{\"const\":\"b\"},\"n\":{\"type\":\"number\"}}}]}";
        RowType type = (RowType) JsonSchemas.typeOf(schema).getLogicalType();
        JsonRows.Reader rows = JsonRows.ofRow(type, schema);
        RowData row = (RowData) rows.read(Json.parse("{\"kind\":\"b\",\"n\":1}"));
        assertEquals(true, row.isNullAt(0));
        assertEquals("b", row.getRow(1, 2).getString(0).toString());
        IOException failure =
                assertThrows(IOException.class, () -> rows.read(Json.parse("{\"kind\":\"c\",\"n\":1}")));
        assertEquals("the value has none of the alternatives that the schema allows", failure.getMessage());
    }

    @Test
    void anySchemaIdIsAcceptedAndMissingFieldsAreNull() throws IOException {
        RowData row = read(framed(3, "{\"n\":7,\"more\":true}"));
        assertEquals(7, row.getInt(0));
        assertEquals(true, row.isNullAt(1) && row.isNullAt(2));
    }

    @Test
    void decimalsMayBeTheBase64OfTheirBytes() throws IOException {
        assertEquals("12.30", read(framed(1, "{\"d\":\"BM4=\"}")).getDecimal(1, 6, 2).toString());
    }

    @Test
    void aWrongFieldIsNamed() {
        IOException failure = assertThrows(IOException.class, () -> read(framed(1, "{\"n\":\"seven\"}")));
        assertEquals("A record could not be read as JSON: field 'n': 'seven' is not an integer", failure.getMessage());
        assertThrows(IOException.class, () -> read(framed(1, "{\"n\":3000000000}")));
        assertThrows(IOException.class, () -> read("{}".getBytes(StandardCharsets.UTF_8)));
    }
}
