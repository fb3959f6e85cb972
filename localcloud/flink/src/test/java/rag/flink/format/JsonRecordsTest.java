package rag.flink.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

class JsonRecordsTest {

    private static final RowType ROW =
            (RowType)
                    DataTypes.ROW(
                                    DataTypes.FIELD("n", DataTypes.INT()),
                                    DataTypes.FIELD("d", DataTypes.DECIMAL(6, 2)),
                                    DataTypes.FIELD("v", DataTypes.ARRAY(DataTypes.FLOAT())))
                            .getLogicalType();

    private static byte[] framed(int id, String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(5 + text.length).put((byte) 0).putInt(id).put(text).array();
    }

    private static RowData read(byte[] record) throws IOException {
        return new JsonRegistryDeserializer(ROW, InternalTypeInfo.of(ROW)).deserialize(record);
    }

    @Test
    void aRecordIsWrittenAsItWasRead() throws IOException {
        byte[] record = framed(100_007, "{\"n\":7,\"d\":12.30,\"v\":[0.1,null,1.0E-5]}");
        JsonRegistrySerializer serializer = new JsonRegistrySerializer(ROW, 100_007);
        serializer.open(null);
        assertArrayEquals(record, serializer.serialize(read(record)));
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
