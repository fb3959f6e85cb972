package rag.connect.neo4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

class CypherValuesTest {

    @Test
    void aRecordIsAMapThatTheDriverTakes() {
        Schema schema = SchemaBuilder.struct()
                .field("product_id", Schema.INT32_SCHEMA)
                .field("price", org.apache.kafka.connect.data.Decimal.schema(2))
                .field("vector", SchemaBuilder.array(Schema.FLOAT32_SCHEMA).build())
                .field("tags", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.OPTIONAL_STRING_SCHEMA).build())
                .field("none", Schema.OPTIONAL_STRING_SCHEMA)
                .build();
        Struct product = new Struct(schema)
                .put("product_id", 7)
                .put("price", new BigDecimal("12.50"))
                .put("vector", List.of(0.5f, 1f))
                .put("tags", Map.of("a", "b"));
        SinkRecord record = new SinkRecord(
                "products",
                0,
                Schema.STRING_SCHEMA,
                "key",
                schema,
                product,
                0,
                99L,
                TimestampType.CREATE_TIME,
                new ConnectHeaders().addString("h", "v"));
        Map<String, Object> message = CypherValues.message(record);
        assertEquals("key", message.get("key"));
        assertEquals(99L, message.get("timestamp"));
        assertEquals(Map.of("h", "v"), message.get("header"));
        Map<?, ?> value = (Map<?, ?>) message.get("value");
        assertEquals(7, value.get("product_id"));
        assertEquals(12.5, value.get("price"));
        assertEquals(List.of(0.5f, 1f), value.get("vector"));
        assertEquals(Map.of("a", "b"), value.get("tags"));
        assertNull(value.get("none"));
    }

    @Test
    void timesAreCyphers() {
        java.util.Date day = new java.util.Date(86_400_000L);
        assertEquals(LocalDate.of(1970, 1, 2), CypherValues.value(Date.SCHEMA, day));
        assertEquals(LocalTime.of(0, 0, 1), CypherValues.value(Time.SCHEMA, new java.util.Date(1000)));
        assertEquals(
                ZonedDateTime.of(1970, 1, 2, 0, 0, 0, 0, ZoneOffset.UTC), CypherValues.value(Timestamp.SCHEMA, day));
    }

    @Test
    void valuesWithoutASchemaAreReadToo() {
        assertEquals(Map.of("a", List.of(1L)), CypherValues.value(null, Map.of("a", List.of(1L))));
        assertArrayEquals(new byte[] {1}, (byte[]) CypherValues.value(null, ByteBuffer.wrap(new byte[] {1})));
        assertNull(CypherValues.value(null, null));
    }
}
