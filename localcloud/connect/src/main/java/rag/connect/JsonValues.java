package rag.connect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;

/** JSON values as Connect's, by a Connect schema. */
final class JsonValues {

    private JsonValues() {}

    /** {@code where} names the value in the message of a {@link DataException}. */
    static Object read(Schema schema, JsonNode value, String where) {
        if (value == null || value.isNull() || value.isMissingNode()) {
            if (schema.isOptional()) {
                return null;
            }
            throw new DataException("There is no value for " + where + ", which its schema requires.");
        }
        switch (schema.type()) {
            case BOOLEAN:
                require(value.isBoolean(), value, where, "a boolean");
                return value.booleanValue();
            case STRING:
                require(value.isTextual(), value, where, "a text");
                return value.textValue();
            case BYTES:
                return bytes(schema, value, where);
            case ARRAY:
                require(value.isArray(), value, where, "an array");
                List<Object> list = new ArrayList<>(value.size());
                value.forEach(item -> list.add(read(schema.valueSchema(), item, where)));
                return list;
            case MAP:
                return map(schema, value, where);
            case STRUCT:
                require(value.isObject(), value, where, "an object");
                Struct struct = new Struct(schema);
                for (Field field : schema.fields()) {
                    struct.put(field, read(field.schema(), value.get(field.name()), "the field " + field.name()));
                }
                return struct;
            default:
                return number(schema, value, where);
        }
    }

    private static Object number(Schema schema, JsonNode value, String where) {
        require(value.isNumber(), value, where, "a number");
        switch (schema.type()) {
            case FLOAT32:
                return value.floatValue();
            case FLOAT64:
                return value.doubleValue();
            case INT8:
                return (byte) whole(value, where, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case INT16:
                return (short) whole(value, where, Short.MIN_VALUE, Short.MAX_VALUE);
            case INT32:
                int number = (int) whole(value, where, Integer.MIN_VALUE, Integer.MAX_VALUE);
                if (Date.LOGICAL_NAME.equals(schema.name())) {
                    return Date.toLogical(schema, number);
                }
                return Time.LOGICAL_NAME.equals(schema.name()) ? Time.toLogical(schema, number) : (Object) number;
            default:
                long large = whole(value, where, Long.MIN_VALUE, Long.MAX_VALUE);
                return Timestamp.LOGICAL_NAME.equals(schema.name()) ? Timestamp.toLogical(schema, large) : (Object) large;
        }
    }

    private static long whole(JsonNode value, String where, long lowest, long highest) {
        try {
            BigInteger number = value.decimalValue().toBigIntegerExact();
            if (number.compareTo(BigInteger.valueOf(lowest)) >= 0 && number.compareTo(BigInteger.valueOf(highest)) <= 0) {
                return number.longValue();
            }
        } catch (ArithmeticException e) {
            // Not a whole number: said below.
        }
        throw new DataException("The value of " + where + " is no whole number from " + lowest + " to " + highest + ".");
    }

    private static Object bytes(Schema schema, JsonNode value, String where) {
        try {
            if (!Decimal.LOGICAL_NAME.equals(schema.name())) {
                return value.binaryValue();
            }
            int scale = Integer.parseInt(schema.parameters().get(Decimal.SCALE_FIELD));
            return value.isNumber()
                    ? value.decimalValue().setScale(scale)
                    : new BigDecimal(new BigInteger(value.binaryValue()), scale);
        } catch (IOException | ArithmeticException | NumberFormatException | NullPointerException e) {
            throw new DataException("The value of " + where + " is not what its schema says.", e);
        }
    }

    private static Map<Object, Object> map(Schema schema, JsonNode value, String where) {
        Map<Object, Object> map = new HashMap<>();
        if (value.isArray()) {
            for (JsonNode entry : value) {
                map.put(
                        read(schema.keySchema(), entry.get("key"), where),
                        read(schema.valueSchema(), entry.get("value"), where));
            }
            return map;
        }
        require(value.isObject(), value, where, "an object");
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            map.put(entry.getKey(), read(schema.valueSchema(), entry.getValue(), where));
        }
        return map;
    }

    private static void require(boolean isRight, JsonNode value, String where, String expected) {
        if (!isRight) {
            String found = value.getNodeType().toString().toLowerCase(java.util.Locale.ROOT);
            throw new DataException("The value of " + where + " is a JSON " + found + ", but its schema says " + expected + ".");
        }
    }
}
