package rag.flink.format;

import java.io.IOException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;

/** Reads JSON values of the mapping of {@link JsonSchemas} into Flink's internal data. */
final class JsonRows {

    /** Reads one value; {@code null} for a missing or null one. */
    interface Reader extends Serializable {
        Object read(JsonNode value) throws IOException;
    }

    private JsonRows() {}

    static Reader reader(LogicalType type) {
        Reader reader = notNull(type);
        return value -> value == null || value.isNull() || value.isMissingNode() ? null : reader.read(value);
    }

    private static Reader notNull(LogicalType type) {
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return value -> value.isTextual() ? Boolean.parseBoolean(value.asText()) : value.asBoolean();
            case TINYINT:
                return value -> (byte) integer(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case SMALLINT:
                return value -> (short) integer(value, Short.MIN_VALUE, Short.MAX_VALUE);
            case INTEGER:
            case DATE:
            case TIME_WITHOUT_TIME_ZONE:
                return value -> (int) integer(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case BIGINT:
                return value -> integer(value, Long.MIN_VALUE, Long.MAX_VALUE);
            case FLOAT:
                return value -> value.isTextual() ? Float.valueOf(value.asText()) : (Float) value.floatValue();
            case DOUBLE:
                return value -> value.isTextual() ? Double.valueOf(value.asText()) : (Double) value.doubleValue();
            case CHAR:
            case VARCHAR:
                return value -> StringData.fromString(value.isValueNode() ? value.asText() : value.toString());
            case BINARY:
            case VARBINARY:
                return value -> value.binaryValue();
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return value -> TimestampData.fromEpochMillis(integer(value, Long.MIN_VALUE, Long.MAX_VALUE));
            case DECIMAL:
                int precision = ((DecimalType) type).getPrecision();
                int scale = ((DecimalType) type).getScale();
                return value -> DecimalData.fromBigDecimal(decimal(value, scale), precision, scale);
            case ARRAY:
                return arrayReader(((ArrayType) type).getElementType());
            case MAP:
                return mapReader(((MapType) type).getKeyType(), ((MapType) type).getValueType());
            case MULTISET:
                return mapReader(((MultisetType) type).getElementType(), new IntType(false));
            case ROW:
                return rowReader((RowType) type);
            default:
                throw new IllegalArgumentException("no JSON form of " + type);
        }
    }

    private static Reader rowReader(RowType type) {
        List<String> names = type.getFieldNames();
        List<Reader> readers = type.getChildren().stream().map(JsonRows::reader).toList();
        String[] fields = names.toArray(new String[0]);
        Reader[] fieldReaders = readers.toArray(new Reader[0]);
        return value -> {
            if (!value.isObject()) {
                throw new IOException("expected an object");
            }
            GenericRowData row = new GenericRowData(fields.length);
            for (int i = 0; i < fields.length; i++) {
                try {
                    row.setField(i, fieldReaders[i].read(value.get(fields[i])));
                } catch (IOException | RuntimeException e) {
                    throw new IOException("field '" + fields[i] + "': " + e.getMessage(), e);
                }
            }
            return row;
        };
    }

    private static Reader arrayReader(LogicalType elementType) {
        Reader element = reader(elementType);
        return value -> {
            if (!value.isArray()) {
                throw new IOException("expected an array");
            }
            Object[] elements = new Object[value.size()];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = element.read(value.get(i));
            }
            return new GenericArrayData(elements);
        };
    }

    private static Reader mapReader(LogicalType keyType, LogicalType valueType) {
        Reader valueReader = reader(valueType);
        if (keyType.is(LogicalTypeFamily.CHARACTER_STRING)) {
            return value -> {
                Map<Object, Object> map = new LinkedHashMap<>();
                for (Map.Entry<String, JsonNode> entry : value.properties()) {
                    map.put(StringData.fromString(entry.getKey()), valueReader.read(entry.getValue()));
                }
                return new GenericMapData(map);
            };
        }
        Reader keyReader = reader(keyType);
        return value -> {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (JsonNode entry : value) {
                map.put(keyReader.read(entry.get("key")), valueReader.read(entry.get("value")));
            }
            return new GenericMapData(map);
        };
    }

    private static long integer(JsonNode value, long minimum, long maximum) throws IOException {
        BigInteger number;
        try {
            if (value.isIntegralNumber() && value.canConvertToLong()) {
                long small = value.longValue();
                if (small >= minimum && small <= maximum) {
                    return small;
                }
            }
            number = (value.isNumber() ? value.decimalValue() : new BigDecimal(value.asText())).toBigIntegerExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IOException("'" + value.asText() + "' is not an integer", e);
        }
        if (number.compareTo(BigInteger.valueOf(minimum)) < 0 || number.compareTo(BigInteger.valueOf(maximum)) > 0) {
            throw new IOException("'" + value.asText() + "' is out of range");
        }
        return number.longValue();
    }

    /** Kafka Connect writes decimals as numbers or, by default, as the base64 of their unscaled bytes. */
    private static BigDecimal decimal(JsonNode value, int scale) throws IOException {
        if (value.isNumber()) {
            return value.decimalValue();
        }
        try {
            return new BigDecimal(value.asText());
        } catch (NumberFormatException e) {
            return new BigDecimal(new BigInteger(value.binaryValue()), scale);
        }
    }
}
