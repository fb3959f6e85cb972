package rag.flink.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.math.BigDecimal;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;

class DocumentValuesTest {

    private static Object value(Object value, DataType type) {
        return DocumentValues.value(value, type.getLogicalType());
    }

    @Test
    void textIsAlsoOfNumbersAndIds() {
        assertEquals(StringData.fromString("hat"), value("hat", DataTypes.STRING()));
        assertEquals(StringData.fromString("7"), value(7, DataTypes.STRING()));
        ObjectId id = new ObjectId();
        assertEquals(StringData.fromString(id.toHexString()), value(id, DataTypes.STRING()));
        assertNull(value(new Document(), DataTypes.STRING()));
    }

    @Test
    void numbersOfAnyKindFitIfTheirValueDoes() {
        assertEquals(7, value(7L, DataTypes.INT()));
        assertEquals(7, value(7.0, DataTypes.INT()));
        assertNull(value(7.5, DataTypes.INT()));
        assertNull(value(1L << 40, DataTypes.INT()));
        assertEquals(1L << 40, value(1L << 40, DataTypes.BIGINT()));
        assertEquals(0.5f, value(0.5, DataTypes.FLOAT()));
        assertEquals(7.0, value(new Decimal128(7), DataTypes.DOUBLE()));
        assertEquals(
                DecimalData.fromBigDecimal(new BigDecimal("67.50"), 5, 2), value(67.5, DataTypes.DECIMAL(5, 2)));
        assertNull(value(Double.NaN, DataTypes.BIGINT()));
        assertNull(value("7", DataTypes.INT()));
    }

    @Test
    void nestedValuesAreReadToo() {
        DataType type = DataTypes.ROW(DataTypes.FIELD("a", DataTypes.ARRAY(DataTypes.INT())));
        GenericRowData row = (GenericRowData) value(new Document("a", List.of(1, "x")), type);
        assertArrayEquals(new Object[] {1, null}, ((GenericArrayData) row.getField(0)).toObjectArray());
        assertNull(value(List.of(), type));
    }

    @Test
    void datesAndBytesAreWhatTheyAre() {
        assertEquals(TimestampData.fromEpochMillis(5), value(new Date(5), DataTypes.TIMESTAMP_LTZ(3)));
        assertArrayEquals(new byte[] {1}, (byte[]) value(new Binary(new byte[] {1}), DataTypes.BYTES()));
    }

    @Test
    void datesAndBytesOfJsonAreTextAndNumbers() {
        assertEquals(TimestampData.fromEpochMillis(5), value(5L, DataTypes.TIMESTAMP_LTZ(3)));
        assertEquals(
                TimestampData.fromEpochMillis(5), value("1970-01-01T01:00:00.005+01:00", DataTypes.TIMESTAMP_LTZ(3)));
        assertNull(value("yesterday", DataTypes.TIMESTAMP_LTZ(3)));
        assertArrayEquals(new byte[] {1}, (byte[]) value("AQ==", DataTypes.BYTES()));
        assertNull(value("not base64", DataTypes.BYTES()));
    }

    @Test
    void anObjectOfJsonIsAMap() {
        DataType type = DataTypes.ROW(DataTypes.FIELD("a", DataTypes.MAP(DataTypes.STRING(), DataTypes.INT())));
        GenericRowData row = (GenericRowData) value(Map.of("a", Map.of("one", 1)), type);
        assertEquals(1, ((GenericMapData) row.getField(0)).get(StringData.fromString("one")));
    }

    @Test
    void whatNoDocumentHasIsFoundInside() {
        DataType type = DataTypes.ROW(DataTypes.FIELD("a", DataTypes.ARRAY(DataTypes.TIME())));
        assertEquals(
                LogicalTypeRoot.TIME_WITHOUT_TIME_ZONE, DocumentValues.unserved(type.getLogicalType()).getTypeRoot());
        assertNull(DocumentValues.unserved(DataTypes.MAP(DataTypes.STRING(), DataTypes.BYTES()).getLogicalType()));
    }
}
