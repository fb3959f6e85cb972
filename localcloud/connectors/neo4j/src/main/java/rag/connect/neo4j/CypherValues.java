package rag.connect.neo4j;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;

/** Connect's records as values that Neo4j's driver takes. */
final class CypherValues {

    private CypherValues() {}

    /** What a statement's names are bound to: {@code timestamp}, {@code header}, {@code key}, {@code value}. */
    static Map<String, Object> message(SinkRecord record) {
        Map<String, Object> headers = new HashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), value(header.schema(), header.value()));
        }
        Map<String, Object> message = new HashMap<>();
        message.put("timestamp", record.timestamp());
        message.put("header", headers);
        message.put("key", value(record.keySchema(), record.key()));
        message.put("value", value(record.valueSchema(), record.value()));
        return message;
    }

    static Object value(Schema schema, Object value) {
        if (value instanceof Struct struct) {
            Map<String, Object> map = new HashMap<>();
            for (Field field : struct.schema().fields()) {
                map.put(field.name(), value(field.schema(), struct.get(field)));
            }
            return map;
        }
        if (value instanceof Map<?, ?> found) {
            Map<String, Object> map = new HashMap<>();
            Schema of = schema == null ? null : schema.valueSchema();
            found.forEach((key, one) -> map.put(String.valueOf(key), value(of, one)));
            return map;
        }
        if (value instanceof List<?> found) {
            List<Object> list = new ArrayList<>(found.size());
            Schema of = schema == null ? null : schema.valueSchema();
            found.forEach(one -> list.add(value(of, one)));
            return list;
        }
        if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes;
        }
        if (value instanceof BigDecimal number) {
            return number.doubleValue(); // Cypher has no decimal numbers
        }
        return value instanceof Date date ? time(schema, date) : value;
    }

    private static Object time(Schema schema, Date date) {
        String name = schema == null ? "" : schema.name();
        if (org.apache.kafka.connect.data.Date.LOGICAL_NAME.equals(name)) {
            return LocalDate.ofInstant(date.toInstant(), ZoneOffset.UTC);
        }
        if (Time.LOGICAL_NAME.equals(name)) {
            return LocalTime.ofInstant(date.toInstant(), ZoneOffset.UTC);
        }
        return date.toInstant().atZone(ZoneOffset.UTC);
    }
}
