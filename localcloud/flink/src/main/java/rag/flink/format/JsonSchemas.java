package rag.flink.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.BinaryType;
import org.apache.flink.table.types.logical.CharType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import rag.flink.Json;
import rag.flink.UserException;

/**
 * JSON Schema and Flink's types, as Confluent Cloud maps them ("Data Type Mappings", JSON Schema).
 *
 * <p>{@code connect.type} is the type of a number, {@code connect.index} the position of a column, {@code oneOf} with
 * {@code null} an optional value. Dates, times and decimals have the titles that Kafka Connect gives them.
 */
public final class JsonSchemas {

    static final String CONNECT_TYPE = "connect.type";
    static final String CONNECT_INDEX = "connect.index";
    static final String CONNECT_PARAMETERS = "connect.parameters";
    static final String DECIMAL_PRECISION = "connect.decimal.precision";
    static final String DECIMAL_SCALE = "scale";
    static final String FLINK_TYPE = "flink.type";
    static final String FLINK_PRECISION = "flink.precision";
    static final String FLINK_MAX_LENGTH = "flink.maxLength";
    static final String FLINK_MIN_LENGTH = "flink.minLength";
    static final String TITLE = "org.apache.kafka.connect.data.";
    static final int MILLIS = 3;

    private JsonSchemas() {}

    /** The schema of a record; {@code title} names it. */
    public static String schemaOf(RowType row, String title) {
        ObjectNode schema = rowSchema(row, title);
        return Json.text(JsonUnions.isUnion(row) ? schema : schema.put("additionalProperties", false));
    }

    private static ObjectNode schemaOf(LogicalType type, String title) {
        ObjectNode schema = notNull(type, title);
        if (!type.isNullable()) {
            return schema;
        }
        ObjectNode nullable = Json.MAPPER.createObjectNode();
        nullable.putArray("oneOf").add(Json.MAPPER.createObjectNode().put("type", "null")).add(schema);
        return nullable;
    }

    private static ObjectNode rowSchema(RowType row, String title) {
        ObjectNode schema = Json.MAPPER.createObjectNode();
        if (JsonUnions.isUnion(row)) {
            ArrayNode alternatives = schema.putArray("oneOf");
            row.getFields().forEach(field -> alternatives.add(notNull(field.getType(), title + "_" + field.getName())));
            return schema;
        }
        schema.put("type", "object").put("title", title);
        ObjectNode properties = schema.putObject("properties");
        List<String> required = new ArrayList<>();
        for (int i = 0; i < row.getFieldCount(); i++) {
            String name = row.getFieldNames().get(i);
            ObjectNode property = schemaOf(row.getTypeAt(i), title + "_" + name);
            properties.set(name, property.put(CONNECT_INDEX, i));
            row.getFields().get(i).getDescription().ifPresent(comment -> property.put("description", comment));
            if (!row.getTypeAt(i).isNullable()) {
                required.add(name);
            }
        }
        if (!required.isEmpty()) {
            ArrayNode names = schema.putArray("required");
            required.forEach(names::add);
        }
        return schema;
    }

    private static ObjectNode notNull(LogicalType type, String title) {
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return typed("boolean");
            case TINYINT:
                return number("int8");
            case SMALLINT:
                return number("int16");
            case INTEGER:
                return number("int32");
            case BIGINT:
                return number("int64");
            case FLOAT:
                return number("float32");
            case DOUBLE:
                return number("float64");
            case CHAR:
                int length = ((CharType) type).getLength();
                return typed("string").put("minLength", length).put("maxLength", length);
            case VARCHAR:
                int maximum = ((VarCharType) type).getLength();
                return maximum == VarCharType.MAX_LENGTH ? typed("string") : typed("string").put("maxLength", maximum);
            case BINARY:
                int size = ((BinaryType) type).getLength();
                return binary().put(FLINK_MIN_LENGTH, size).put(FLINK_MAX_LENGTH, size).put("flink.version", "1");
            case VARBINARY:
                int bytes = ((VarBinaryType) type).getLength();
                return bytes == VarBinaryType.MAX_LENGTH
                        ? binary()
                        : binary().put(FLINK_MAX_LENGTH, bytes).put("flink.version", "1");
            case DATE:
                return number("int32").put("title", TITLE + "Date");
            case TIME_WITHOUT_TIME_ZONE:
                return precise(number("int32").put("title", TITLE + "Time"), type);
            case TIMESTAMP_WITHOUT_TIME_ZONE:
                return precise(number("int64").put("title", TITLE + "Timestamp"), type).put(FLINK_TYPE, "timestamp");
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return precise(number("int64").put("title", TITLE + "Timestamp"), type);
            case DECIMAL:
                ObjectNode decimal = number("bytes").put("title", TITLE + "Decimal");
                decimal.putObject(CONNECT_PARAMETERS)
                        .put(DECIMAL_PRECISION, Integer.toString(((DecimalType) type).getPrecision()))
                        .put(DECIMAL_SCALE, Integer.toString(((DecimalType) type).getScale()));
                return decimal;
            case ARRAY:
                ObjectNode array = typed("array");
                array.set("items", schemaOf(((ArrayType) type).getElementType(), title));
                return array;
            case MAP:
                return map(((MapType) type).getKeyType(), ((MapType) type).getValueType(), title);
            case MULTISET:
                return map(((MultisetType) type).getElementType(), new IntType(false), title).put(FLINK_TYPE, "multiset");
            case ROW:
                return rowSchema((RowType) type, title);
            default:
                throw new UserException("The type " + type.asSummaryString() + " cannot be stored in a JSON schema.");
        }
    }

    private static ObjectNode map(LogicalType key, LogicalType value, String title) {
        if (key.is(LogicalTypeFamily.CHARACTER_STRING)) {
            ObjectNode object = typed("object").put(CONNECT_TYPE, "map");
            object.set("additionalProperties", schemaOf(value, title));
            return object;
        }
        ObjectNode list = typed("array").put(CONNECT_TYPE, "map");
        ObjectNode entry = list.putObject("items").put("type", "object").putObject("properties");
        entry.set("key", schemaOf(key, title + "_key"));
        entry.set("value", schemaOf(value, title + "_value"));
        return list;
    }

    private static ObjectNode precise(ObjectNode schema, LogicalType type) {
        int precision = LogicalTypeChecks.getPrecision(type);
        if (precision > MILLIS) {
            throw new UserException(
                    "The type " + type.asSummaryString() + " cannot be stored in a JSON schema: use a precision up to 3.");
        }
        return precision == MILLIS ? schema : schema.put(FLINK_PRECISION, precision).put("flink.version", "1");
    }

    private static ObjectNode typed(String type) {
        return Json.MAPPER.createObjectNode().put("type", type);
    }

    private static ObjectNode number(String connectType) {
        return typed("number").put(CONNECT_TYPE, connectType);
    }

    private static ObjectNode binary() {
        return typed("string").put(CONNECT_TYPE, "bytes");
    }

    /** Writes rows as records with that registered schema. */
    public static SerializationSchema<RowData> serializer(RowType row, String schema, int id) {
        return new JsonRegistrySerializer(row, schema, id);
    }

    /** The type of a registered schema: a row for an object and for alternatives. */
    public static DataType typeOf(String schema) {
        return JsonSchemaReader.typeOf(schema);
    }

    /** The schema with all that it refers to in one text; {@code referenced} are those schemas by their names. */
    public static String selfContained(Map<String, String> referenced, String schema) {
        return JsonReferences.selfContained(referenced, schema);
    }
}
