package rag.flink.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.table.types.logical.CharType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.TinyIntType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.Test;
import rag.flink.UserException;

class AvroSchemasTest {

    private static String text(LogicalType... types) {
        List<RowType.RowField> fields = new ArrayList<>();
        for (LogicalType type : types) {
            fields.add(new RowType.RowField("c" + fields.size(), type));
        }
        return AvroSchemas.schemaOf(new RowType(false, fields), "t_value");
    }

    private static String type(String schema, int field) {
        return AvroSchemas.parse(schema).getFields().get(field).schema().toString();
    }

    @Test
    void everyTypeSurvivesTheWayThroughASchema() {
        Random random = new Random(15);
        for (int round = 0; round < 2000; round++) {
            RowType row = AnyTable.row(random, 6);
            assertEquals(row, AvroSchemas.typeOf(AvroSchemas.schemaOf(row, "t_value")).getLogicalType());
        }
    }

    @Test
    void typesThatAvroLacksCarryConfluentsProperties() {
        String schema =
                text(
                        new TinyIntType(false),
                        new CharType(false, 3),
                        new VarCharType(false, 5),
                        new TimestampType(false, 2),
                        new LocalZonedTimestampType(false, 6),
                        new MapType(false, new IntType(false), new VarCharType(true, VarCharType.MAX_LENGTH)),
                        new MultisetType(false, new VarCharType(false, VarCharType.MAX_LENGTH)));
        assertEquals("{\"type\":\"int\",\"connect.type\":\"int8\"}", type(schema, 0));
        assertEquals(
                "{\"type\":\"string\",\"flink.minLength\":3,\"flink.maxLength\":3,\"flink.version\":\"1\"}",
                type(schema, 1));
        assertEquals("{\"type\":\"string\",\"flink.maxLength\":5,\"flink.version\":\"1\"}", type(schema, 2));
        assertEquals(
                "{\"type\":\"long\",\"flink.precision\":2,\"flink.version\":\"1\","
                        + "\"logicalType\":\"local-timestamp-millis\"}",
                type(schema, 3));
        assertEquals("{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}", type(schema, 4));
        assertEquals(
                "{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"MapEntry\","
                        + "\"namespace\":\"io.confluent.connect.avro\",\"fields\":[{\"name\":\"key\",\"type\":\"int\"},"
                        + "{\"name\":\"value\",\"type\":[\"null\",\"string\"]}]}}",
                type(schema, 5));
        assertEquals(
                "{\"type\":\"map\",\"values\":\"int\",\"flink.type\":\"multiset\",\"flink.version\":\"1\"}",
                type(schema, 6));
    }

    @Test
    void aUnionOfSeveralTypesIsARowWithAFieldForEach() {
        String schema =
                "[\"null\",\"string\",{\"type\":\"record\",\"name\":\"a.User\",\"fields\":[{\"name\":\"id\",\"type\":\"int\"}]},"
                        + "{\"type\":\"record\",\"name\":\"b.User\",\"fields\":[]}]";
        assertEquals(
                "ROW<`string` VARCHAR(2147483647), `a_User` ROW<`id` INT NOT NULL>, `b_User` ROW<>>",
                AvroSchemas.typeOf(schema).getLogicalType().asSerializableString());
    }

    @Test
    void whatAColumnCannotHoldIsRefused() {
        String decimal = "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":50,\"scale\":2}";
        String why = assertThrows(UserException.class, () -> AvroSchemas.typeOf(decimal)).getMessage();
        assertEquals("An Avro schema has a decimal of 50 digits: a column has at most 38.", why);
        why = assertThrows(UserException.class, () -> text(new TimestampType(9))).getMessage();
        assertEquals("The type TIMESTAMP(9) cannot be stored in an Avro schema: use a precision up to 6.", why);
        RowType row = RowType.of(new LogicalType[] {new IntType()}, new String[] {"two words"});
        why = assertThrows(UserException.class, () -> AvroSchemas.schemaOf(row, "t")).getMessage();
        assertTrue(why.startsWith("Illegal field name for AVRO format `two words`."), why);
    }

    @Test
    void aNamedTypeMayBeUsedTwice() {
        String schema =
                "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":\"record\",\"name\":\"s\","
                        + "\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}},{\"name\":\"b\",\"type\":\"s\"}]}";
        assertEquals(2, ((RowType) AvroSchemas.typeOf(schema).getLogicalType()).getFieldCount());
    }

    @Test
    void aTypeThatContainsItselfIsRefused() {
        String schema =
                "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"next\",\"type\":[\"null\",\"r\"]}]}";
        String why = assertThrows(UserException.class, () -> AvroSchemas.typeOf(schema)).getMessage();
        assertEquals("The Avro type 'r' contains itself: a table cannot have such a column.", why);
    }

    @Test
    void namedTypesThatDoubleAreRefused() {
        String schema = "\"string\"";
        for (int i = 0; i < 60; i++) {
            String name = "r" + i;
            String both = "{\"name\":\"a\",\"type\":" + schema + "},{\"name\":\"b\",\"type\":\""
                    + (i == 0 ? "string" : "r" + (i - 1)) + "\"}";
            schema = "{\"type\":\"record\",\"name\":\"" + name + "\",\"fields\":[" + both + "]}";
        }
        String text = schema;
        String why = assertThrows(UserException.class, () -> AvroSchemas.typeOf(text)).getMessage();
        assertEquals(
                "The schema describes more than 10000 types, each use of a reference counted: a table cannot have that"
                        + " many columns.",
                why);
    }
}
