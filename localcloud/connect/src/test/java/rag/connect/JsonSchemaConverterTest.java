package rag.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.Test;

class JsonSchemaConverterTest {

    /** As Flink writes it for a table with these columns. */
    private static final String TABLE = """
            {"type": "object", "title": "Record", "required": ["id"], "additionalProperties": false, "properties": {
              "vector": {"connect.index": 2, "oneOf": [{"type": "null"},
                {"type": "array", "items": {"oneOf": [{"type": "null"}, {"type": "number", "connect.type": "float32"}]}}]},
              "id": {"connect.index": 0, "type": "number", "connect.type": "int32"},
              "price": {"connect.index": 1, "oneOf": [{"type": "null"}, {"type": "number", "connect.type": "bytes",
                "title": "org.apache.kafka.connect.data.Decimal", "connect.parameters": {"scale": "2"}}]},
              "at": {"connect.index": 3, "oneOf": [{"type": "null"}, {"type": "number", "connect.type": "int64",
                "title": "org.apache.kafka.connect.data.Timestamp"}]},
              "stock": {"connect.index": 4, "oneOf": [{"type": "null"}, {"type": "object", "connect.type": "map",
                "additionalProperties": {"type": "number", "connect.type": "int64"}}]}}}
            """;

    private final JsonSchemaConverter converter = new JsonSchemaConverter();

    private SchemaAndValue read(String schema, String value) {
        return converter.read(converter.parse(schema), value.getBytes(StandardCharsets.UTF_8), 0);
    }

    private static String refusal(Runnable call) {
        return assertThrows(DataException.class, call::run).getMessage();
    }

    @Test
    void aTablesRecordHasItsColumnsInTheirOrderAndTypes() {
        SchemaAndValue read = read(TABLE, """
                {"id": 7, "price": 12.30, "vector": [0.1, null], "at": 1000, "stock": {"a": 1}}""");
        Struct record = (Struct) read.value();
        assertEquals(
                List.of("id", "price", "vector", "at", "stock"),
                read.schema().fields().stream().map(field -> field.name()).toList());
        assertEquals(Schema.Type.INT32, read.schema().field("id").schema().type());
        assertEquals(7, record.get("id"));
        assertEquals(new BigDecimal("12.30"), record.get("price"));
        assertEquals(0.1f, record.<Float>getArray("vector").get(0));
        assertNull(record.getArray("vector").get(1));
        assertEquals(new Date(1000), record.get("at"));
        assertEquals(Map.of("a", 1L), record.getMap("stock"));
        record.validate();
    }

    @Test
    void whatMayBeMissingIsNull() {
        Struct record = (Struct) read(TABLE, "{\"id\": 1}").value();
        assertNull(record.get("vector"));
        assertEquals(
                "There is no value for the field id, which its schema requires.", refusal(() -> read(TABLE, "{}")));
    }

    @Test
    void aDecimalCanAlsoBeWrittenAsBytes() {
        assertEquals(new BigDecimal("12.34"), ((Struct) read(TABLE, "{\"id\": 1, \"price\": \"BNI=\"}").value()).get("price"));
        assertTrue(refusal(() -> read(TABLE, "{\"id\": 1, \"price\": 1.234}")).contains("price"));
    }

    @Test
    void valuesThatContradictTheSchemaAreRefused() {
        assertEquals(
                "The value of the field id is a JSON string, but its schema says a number.",
                refusal(() -> read(TABLE, "{\"id\": \"7\"}")));
        assertEquals(
                "The value of the field id is no whole number from -2147483648 to 2147483647.",
                refusal(() -> read(TABLE, "{\"id\": 3000000000}")));
        assertTrue(refusal(() -> read(TABLE, "{\"id\": 1.5}")).contains("no whole number"));
        assertEquals("The record's value is not JSON.", refusal(() -> read(TABLE, "{\"id\"")));
        assertTrue(refusal(() -> read(TABLE, "[]")).contains("a JSON array, but its schema says an object"));
    }

    @Test
    void plainJsonSchemasAreRead() {
        String schema = """
                {"definitions": {"name": {"type": ["string", "null"]}}, "type": "object", "properties": {
                 "n": {"type": "integer"}, "x": {"type": "number"}, "name": {"$ref": "#/definitions/name"},
                 "ok": {"type": "boolean"}, "kind": {"enum": ["a", "b"]}}}
                """;
        Struct record = (Struct) read(schema, "{\"n\": 3, \"x\": 1.5, \"name\": \"hat\", \"ok\": true, \"kind\": \"a\"}").value();
        assertEquals(3L, record.get("n"));
        assertEquals(1.5, record.get("x"));
        assertEquals("hat", record.get("name"));
        assertEquals(true, record.get("ok"));
        assertEquals("a", record.get("kind"));
    }

    @Test
    void schemasThatHaveNoConnectSchemaAreRefused() {
        String union = "{\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"number\"}]}";
        assertTrue(refusal(() -> converter.parse(union)).contains("a field of 2 types"));
        String circle = "{\"type\": \"object\", \"properties\": {\"a\": {\"$ref\": \"#/properties/a\"}}}";
        assertTrue(refusal(() -> converter.parse(circle)).contains("contains itself (#/properties/a)"));
        assertTrue(refusal(() -> converter.parse("{\"$ref\": \"other.json\"}")).contains("refers to other.json"));
        assertTrue(refusal(() -> converter.parse("{\"type\": \"date\"}")).contains("of type date, which is unknown"));
    }

    @Test
    void aRecordWithoutASchemaIdIsRefusedAndATombstoneIsNone() {
        converter.configure(Map.of("schema.registry.url", "http://127.0.0.1:9"), false);
        byte[] plain = "plain".getBytes(StandardCharsets.UTF_8);
        assertEquals(
                "The record of 5 bytes does not begin with a schema id: it was not written with a registered schema.",
                refusal(() -> converter.toConnectData("t", plain)));
        assertEquals(SchemaAndValue.NULL, converter.toConnectData("t", null));
    }
}
