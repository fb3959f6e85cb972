package rag.connect;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;

/** Values as Avro reads them, as Connect's. */
final class AvroValues {

    private AvroValues() {}

    static Object read(Schema schema, Object value) {
        if (value == null) {
            return null;
        }
        switch (schema.type()) {
            case STRING:
                return value.toString();
            case INT8:
                return ((Number) value).byteValue();
            case INT16:
                return ((Number) value).shortValue();
            case INT32:
                int number = (int) value;
                if (Date.LOGICAL_NAME.equals(schema.name())) {
                    return Date.toLogical(schema, number);
                }
                return Time.LOGICAL_NAME.equals(schema.name()) ? Time.toLogical(schema, number) : (Object) number;
            case INT64:
                return Timestamp.LOGICAL_NAME.equals(schema.name()) ? Timestamp.toLogical(schema, (long) value) : value;
            case BYTES:
                return bytes(schema, value);
            case ARRAY:
                List<Object> list = new ArrayList<>();
                ((Collection<?>) value).forEach(item -> list.add(read(schema.valueSchema(), item)));
                return list;
            case MAP:
                return map(schema, value);
            case STRUCT:
                Struct struct = new Struct(schema);
                for (Field field : schema.fields()) {
                    struct.put(field, read(field.schema(), ((GenericRecord) value).get(field.name())));
                }
                return struct;
            default:
                return value;
        }
    }

    private static Map<Object, Object> map(Schema schema, Object value) {
        Map<Object, Object> map = new HashMap<>();
        if (value instanceof Collection<?> entries) {
            for (Object entry : entries) {
                GenericRecord both = (GenericRecord) entry;
                map.put(read(schema.keySchema(), both.get("key")), read(schema.valueSchema(), both.get("value")));
            }
        } else {
            ((Map<?, ?>) value).forEach((key, item) -> map.put(key.toString(), read(schema.valueSchema(), item)));
        }
        return map;
    }

    private static Object bytes(Schema schema, Object value) {
        byte[] bytes;
        if (value instanceof GenericFixed fixed) {
            bytes = fixed.bytes();
        } else {
            ByteBuffer buffer = (ByteBuffer) value;
            bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
        }
        return Decimal.LOGICAL_NAME.equals(schema.name())
                ? new BigDecimal(new BigInteger(bytes), Integer.parseInt(schema.parameters().get(Decimal.SCALE_FIELD)))
                : bytes;
    }
}
