package rag.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.Test;

class AvroConverterTest {

    private static final String PRODUCT = """
            {"type": "record", "name": "product", "namespace": "store", "fields": [
              {"name": "id", "type": "int"},
              {"name": "small", "type": {"type": "int", "connect.type": "int16"}},
              {"name": "name", "type": ["null", "string"]},
              {"name": "kind", "type": {"type": "enum", "name": "kind", "symbols": ["hat", "belt"]}},
              {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}},
              {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
              {"name": "vector", "type": {"type": "array", "items": "float"}},
              {"name": "stock", "type": {"type": "map", "values": "long"}},
              {"name": "sizes", "type": {"type": "array", "items": {"type": "record", "name": "MapEntry",
                "namespace": "io.confluent.connect.avro", "fields": [
                  {"name": "key", "type": "int"}, {"name": "value", "type": "string"}]}}},
              {"name": "maker", "type": {"type": "record", "name": "maker", "fields": [{"name": "city", "type": "string"}]}}
            ]}
            """;

    private final AvroConverter converter = new AvroConverter();

    private static byte[] written(GenericRecord record) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private static GenericRecord product() {
        Schema schema = new Schema.Parser().parse(PRODUCT);
        GenericRecord product = new GenericData.Record(schema);
        product.put("id", 7);
        product.put("small", 3);
        product.put("kind", new GenericData.EnumSymbol(schema.getField("kind").schema(), "hat"));
        product.put("price", ByteBuffer.wrap(new BigDecimal("12.34").unscaledValue().toByteArray()));
        product.put("at", 1000L);
        product.put("vector", List.of(0.5f, 0.25f));
        product.put("stock", Map.of("a", 1L));
        GenericRecord size = new GenericData.Record(schema.getField("sizes").schema().getElementType());
        size.put("key", 44);
        size.put("value", "large");
        product.put("sizes", List.of(size));
        GenericRecord maker = new GenericData.Record(schema.getField("maker").schema());
        maker.put("city", "Bonn");
        product.put("maker", maker);
        return product;
    }

    @Test
    void aRecordHasItsFieldsAndTypes() throws IOException {
        Struct record = (Struct) converter.read(converter.parse(PRODUCT), written(product()), 0).value();
        record.validate();
        assertEquals(7, record.get("id"));
        assertEquals((short) 3, record.get("small"));
        assertNull(record.get("name"));
        assertEquals("hat", record.get("kind"));
        assertEquals(new BigDecimal("12.34"), record.get("price"));
        assertEquals(new Date(1000), record.get("at"));
        assertEquals(List.of(0.5f, 0.25f), record.getArray("vector"));
        assertEquals(Map.of("a", 1L), record.getMap("stock"));
        assertEquals(Map.of(44, "large"), record.getMap("sizes"));
        assertEquals("Bonn", record.getStruct("maker").get("city"));
        assertEquals("store.product", record.schema().name());
    }

    @Test
    void bytesOfAnotherSchemaAreRefused() {
        AvroConverter.Readable schema = converter.parse(PRODUCT);
        DataException refused = assertThrows(DataException.class, () -> converter.read(schema, new byte[] {2, 2}, 0));
        assertEquals("The record is not written with the Avro schema that it names.", refused.getMessage());
    }

    @Test
    void schemasThatHaveNoConnectSchemaAreRefused() {
        String union = "{\"type\": \"record\", \"name\": \"r\", \"fields\": [{\"name\": \"a\", \"type\": [\"int\", \"string\"]}]}";
        String circle = "{\"type\": \"record\", \"name\": \"r\", \"fields\": [{\"name\": \"a\", \"type\": [\"null\", \"r\"]}]}";
        for (Map.Entry<String, String> refused : Map.of(union, "2 types", circle, "contains itself", "{}", "no valid").entrySet()) {
            String said = assertThrows(DataException.class, () -> converter.parse(refused.getKey())).getMessage();
            assertTrue(said.contains(refused.getValue()), said);
        }
    }
}
