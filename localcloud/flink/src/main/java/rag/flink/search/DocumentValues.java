package rag.flink.search;

import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.bson.types.Binary;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;

/** Values of a document as Flink's own; what a column's type cannot hold is null. */
final class DocumentValues {

    static final List<String> SERVED =
            List.of("STRING", "BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL",
                    "TIMESTAMP_LTZ", "BYTES", "ARRAY", "MAP<STRING, ...>", "ROW");

    private DocumentValues() {}

    /** The part of a type that no value of a document can be; {@code null} if there is none. */
    static LogicalType unserved(LogicalType type) {
        switch (type.getTypeRoot()) {
            case CHAR:
            case VARCHAR:
            case BOOLEAN:
            case TINYINT:
            case SMALLINT:
            case INTEGER:
            case BIGINT:
            case FLOAT:
            case DOUBLE:
            case DECIMAL:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
            case BINARY:
            case VARBINARY:
                return null;
            case ARRAY:
                return unserved(((ArrayType) type).getElementType());
            case MAP:
                MapType map = (MapType) type;
                return map.getKeyType().is(LogicalTypeFamily.CHARACTER_STRING) ? unserved(map.getValueType()) : type;
            case ROW:
                for (LogicalType field : type.getChildren()) {
                    LogicalType found = unserved(field);
                    if (found != null) {
                        return found;
                    }
                }
                return null;
            default:
                return type;
        }
    }

    static GenericRowData row(Map<?, ?> document, RowType type, int size) {
        GenericRowData row = new GenericRowData(size);
        for (int i = 0; i < type.getFieldCount(); i++) {
            row.setField(i, value(document.get(type.getFieldNames().get(i)), type.getTypeAt(i)));
        }
        return row;
    }

    static Object value(Object value, LogicalType type) {
        switch (type.getTypeRoot()) {
            case CHAR:
            case VARCHAR:
                return text(value);
            case BOOLEAN:
                return value instanceof Boolean ? value : null;
            case BINARY:
            case VARBINARY:
                return bytes(value);
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return timestamp(value);
            case ARRAY:
                LogicalType element = ((ArrayType) type).getElementType();
                return value instanceof Collection<?> list
                        ? new GenericArrayData(list.stream().map(each -> value(each, element)).toArray())
                        : null;
            case MAP:
                return value instanceof Map<?, ?> document ? map(document, ((MapType) type).getValueType()) : null;
            case ROW:
                return value instanceof Map<?, ?> document
                        ? row(document, (RowType) type, ((RowType) type).getFieldCount())
                        : null;
            default:
                return value instanceof Decimal128 decimal ? number(decimal, type) : number(value, type);
        }
    }

    private static StringData text(Object value) {
        if (value instanceof String || value instanceof Number || value instanceof Boolean) {
            return StringData.fromString(value.toString());
        }
        return value instanceof ObjectId id ? StringData.fromString(id.toHexString()) : null;
    }

    private static byte[] bytes(Object value) {
        if (!(value instanceof String text)) {
            return value instanceof Binary binary ? binary.getData() : null;
        }
        try {
            return Base64.getDecoder().decode(text); // as JSON has them
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** A date, or what JSON has in its place: milliseconds since 1970, or ISO 8601 with an offset. */
    private static TimestampData timestamp(Object value) {
        if (value instanceof Date date) {
            return TimestampData.fromEpochMillis(date.getTime());
        }
        if (value instanceof Integer || value instanceof Long) {
            return TimestampData.fromEpochMillis(((Number) value).longValue());
        }
        try {
            return value instanceof String text
                    ? TimestampData.fromInstant(OffsetDateTime.parse(text).toInstant())
                    : null;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static GenericMapData map(Map<?, ?> document, LogicalType values) {
        Map<StringData, Object> map = new LinkedHashMap<>();
        document.forEach((key, each) -> map.put(StringData.fromString(key.toString()), value(each, values)));
        return new GenericMapData(map);
    }

    private static Object number(Decimal128 decimal, LogicalType type) {
        return decimal.isFinite() ? number(decimal.bigDecimalValue(), type) : null;
    }

    private static Object number(Object value, LogicalType type) {
        if (!(value instanceof Number number)) {
            return null;
        }
        switch (type.getTypeRoot()) {
            case FLOAT:
                return number.floatValue();
            case DOUBLE:
                return number.doubleValue();
            default:
                break;
        }
        try {
            BigDecimal exact = new BigDecimal(number.toString());
            switch (type.getTypeRoot()) {
                case TINYINT:
                    return exact.byteValueExact();
                case SMALLINT:
                    return exact.shortValueExact();
                case INTEGER:
                    return exact.intValueExact();
                case BIGINT:
                    return exact.longValueExact();
                default:
                    DecimalType decimal = (DecimalType) type;
                    return DecimalData.fromBigDecimal(exact, decimal.getPrecision(), decimal.getScale());
            }
        } catch (ArithmeticException | NumberFormatException e) { // too large, a fraction, or not a number
            return null;
        }
    }
}
