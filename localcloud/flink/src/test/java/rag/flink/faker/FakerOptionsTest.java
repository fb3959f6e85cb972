package rag.flink.faker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rag.flink.UserException;

class FakerOptionsTest {

    private static Object value(DataType type, Map<String, String> options) {
        return options(type, options).row()[0];
    }

    private static FakerOptions options(DataType type, Map<String, String> options) {
        return new FakerOptions((RowType) DataTypes.ROW(DataTypes.FIELD("c", type)).getLogicalType(), options);
    }

    private static Object text(DataType type, String text) {
        return value(type, Map.of("fields.c.expression", text));
    }

    @Test
    void aTextBecomesAValueOfTheColumnsType() {
        assertEquals(StringData.fromString(""), text(DataTypes.STRING(), ""));
        assertEquals((byte) 7, text(DataTypes.TINYINT(), "7"));
        assertEquals(220L, text(DataTypes.BIGINT(), "220"));
        assertEquals(1.5, text(DataTypes.DOUBLE(), "1.5"));
        assertEquals(true, text(DataTypes.BOOLEAN(), "TRUE"));
        assertEquals(DecimalData.fromUnscaledLong(150, 10, 2), text(DataTypes.DECIMAL(10, 2), "1.5"));
        assertEquals((int) LocalDate.of(2024, 2, 29).toEpochDay(), text(DataTypes.DATE(), "2024-02-29"));
        assertEquals((int) LocalDate.of(2024, 2, 29).toEpochDay(), text(DataTypes.DATE(), "2024-02-29T23:59:59Z"));
        assertEquals(61_000, text(DataTypes.TIME(), "00:01:01"));
        Instant moment = Instant.parse("2024-02-29T10:11:12.345Z");
        assertEquals(TimestampData.fromInstant(moment), text(DataTypes.TIMESTAMP_LTZ(3), moment.toString()));
        assertEquals("2024-02-29T10:11:12.345", text(DataTypes.TIMESTAMP(3), moment.toString()).toString());
    }

    @Test
    void timesOfDatafakerAreNearNow() {
        TimestampData made = (TimestampData) text(DataTypes.TIMESTAMP_LTZ(3), "#{date.past '5','SECONDS'}");
        long age = System.currentTimeMillis() - made.getMillisecond();
        assertTrue(age >= 0 && age < 60_000, age + " ms");
    }

    @Test
    void nestedTypesAreMadeOfTheirParts() {
        Map<String, String> ofArray = Map.of("fields.c.expression", "x", "fields.c.length", "3");
        assertEquals(3, assertInstanceOf(GenericArrayData.class, value(DataTypes.ARRAY(DataTypes.STRING()), ofArray)).size());
        Map<String, String> ofMap = Map.of("fields.c.key.expression", "x", "fields.c.value.expression", "1");
        GenericMapData map =
                (GenericMapData) value(DataTypes.MAP(DataTypes.STRING(), DataTypes.INT()), ofMap);
        assertEquals(1, map.get(StringData.fromString("x")));
        GenericRowData row =
                (GenericRowData) value(DataTypes.ROW(DataTypes.FIELD("n", DataTypes.INT())), Map.of("fields.c.n.expression", "4"));
        assertEquals(4, row.getInt(0));
    }

    @Test
    void theyAreShippedWithAJob() throws Exception {
        FakerOptions options = options(DataTypes.STRING(), Map.of("fields.c.expression", "#{Internet.uuid}"));
        byte[] shipped = InstantiationUtil.serializeObject(options);
        FakerOptions arrived = InstantiationUtil.deserializeObject(shipped, getClass().getClassLoader());
        assertNotNull(arrived.row()[0]);
    }

    @Test
    void aNumberOfRowsIsTheirEnd() {
        assertEquals(OptionalLong.of(5), FakerOptions.count(Map.of("number-of-rows", "5")));
        assertEquals(OptionalLong.empty(), FakerOptions.count(Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"300", "1.5", "", "#{Name.fullName}", "#{Nope.nope}", "#{addUrl 'en','file:/etc/hostname'}"})
    void whatIsNoValueIsRefusedInOneSentence(String text) {
        String said = assertThrows(UserException.class, () -> text(DataTypes.TINYINT(), text)).getMessage();
        assertTrue(said.contains("column 'c'") && !said.contains("Exception"), said);
    }
}
