package rag.flink.format;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
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
import rag.flink.Json;
import rag.flink.format.JsonReferences.Located;

/**
 * Reads JSON values of the mapping of {@link JsonSchemas} into Flink's internal data.
 *
 * <p>JSON describes itself, except for unions: which alternative a value has is said by the schema.
 */
final class JsonRows {

    /** Reads one value; {@code null} for a missing or null one. */
    interface Reader {
        Object read(JsonNode value) throws IOException;
    }

    private final JsonNode root;

    private JsonRows(JsonNode root) {
        this.root = root;
    }

    /** The reader of a table's rows: of an object, of a union's alternatives, or of a single value without a name. */
    static Reader ofRow(RowType row, String schema) {
        JsonNode root = Json.parse(schema);
        JsonRows rows = new JsonRows(root);
        Located located = new Located(root, root);
        if (JsonSchemaReader.typeOf(schema).getLogicalType() instanceof RowType registered) {
            return JsonUnions.isUnion(registered) ? rows.unionReader(row, located) : rows.reader(row, located);
        }
        Reader single = rows.reader(row.getTypeAt(0), located);
        return value -> GenericRowData.of(single.read(value));
    }

    private Reader reader(LogicalType type, Located schema) {
        Reader reader = notNull(type, plain(schema));
        return value -> value == null || value.isNull() || value.isMissingNode() ? null : reader.read(value);
    }

    /** The schema without references, and without the alternative that allows null. */
    private Located plain(Located given) {
        Located schema = JsonReferences.resolved(given, root);
        List<JsonNode> alternatives = alternatives(schema);
        return alternatives.size() == 1 ? plain(schema.at(alternatives.get(0))) : schema;
    }

    private static List<JsonNode> alternatives(Located schema) {
        List<JsonNode> alternatives = JsonUnions.alternatives(schema.schema());
        alternatives.removeIf(one -> JsonUnions.isNull(one) || JsonObjects.restricts(one));
        return alternatives;
    }

    private Reader notNull(LogicalType type, Located schema) {
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
                return value -> Decimals.of(decimal(value, scale), precision, scale);
            case ARRAY:
                return arrayReader(((ArrayType) type).getElementType(), schema.at(schema.schema().path("items")));
            case MAP:
                return mapReader(((MapType) type).getKeyType(), ((MapType) type).getValueType(), schema);
            case MULTISET:
                return mapReader(((MultisetType) type).getElementType(), new IntType(false), schema);
            case ROW:
                return alternatives(schema).size() > 1
                        ? unionReader((RowType) type, schema)
                        : rowReader((RowType) type, schema);
            default:
                throw new IllegalArgumentException("no JSON form of " + type);
        }
    }

    private Reader rowReader(RowType type, Located schema) {
        Map<String, Located> properties = JsonObjects.of(schema, root).properties();
        String[] fields = type.getFieldNames().toArray(new String[0]);
        Reader[] fieldReaders = new Reader[fields.length];
        for (int i = 0; i < fields.length; i++) {
            fieldReaders[i] =
                    reader(type.getTypeAt(i), properties.getOrDefault(fields[i], schema.at(Json.MAPPER.missingNode())));
        }
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

    /** A row of which the field of the first alternative that the value has holds it; {@code null} leaves all null. */
    private Reader unionReader(RowType row, Located given) {
        Located schema = JsonReferences.resolved(given, root);
        List<JsonNode> alternatives = alternatives(schema);
        int[] positions = new int[alternatives.size()];
        Reader[] readers = new Reader[positions.length];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = row.getFieldIndex(JsonUnions.fieldName(i));
            readers[i] = positions[i] < 0 ? null : reader(row.getTypeAt(positions[i]), schema.at(alternatives.get(i)));
        }
        JsonMatcher matcher = new JsonMatcher(root);
        return value -> {
            GenericRowData read = new GenericRowData(row.getFieldCount());
            if (value.isNull()) {
                return read;
            }
            for (int i = 0; i < positions.length; i++) {
                if (matcher.matches(schema.at(alternatives.get(i)), value)) {
                    if (positions[i] >= 0) {
                        read.setField(positions[i], readers[i].read(value));
                    }
                    return read;
                }
            }
            throw new IOException("the value has none of the alternatives that the schema allows");
        };
    }

    private Reader arrayReader(LogicalType elementType, Located items) {
        Reader element = reader(elementType, items);
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

    private Reader mapReader(LogicalType keyType, LogicalType valueType, Located schema) {
        JsonNode entryProperties = schema.schema().at("/items/properties");
        boolean isObject = keyType.is(LogicalTypeFamily.CHARACTER_STRING) && entryProperties.isMissingNode();
        Reader valueReader =
                reader(
                        valueType,
                        schema.at(
                                isObject
                                        ? schema.schema().path("additionalProperties")
                                        : entryProperties.path("value")));
        if (isObject) {
            return value -> {
                Map<Object, Object> map = new LinkedHashMap<>();
                for (Map.Entry<String, JsonNode> entry : value.properties()) {
                    map.put(StringData.fromString(entry.getKey()), valueReader.read(entry.getValue()));
                }
                return new GenericMapData(map);
            };
        }
        Reader keyReader = reader(keyType, schema.at(entryProperties.path("key")));
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
