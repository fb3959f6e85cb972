package rag.flink.format;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.api.DataTypes;
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
 * <p>{@code connect.type} says which number a number is, {@code connect.index} the place of a column, {@code oneOf} with
 * {@code null} that it may be missing; dates, times and decimals are marked by Kafka Connect's titles.
 */
public final class JsonSchemas {

    static final String CONNECT_TYPE = "connect.type";
    private static final String CONNECT_INDEX = "connect.index";
    private static final String CONNECT_PARAMETERS = "connect.parameters";
    private static final String DECIMAL_PRECISION = "connect.decimal.precision";
    private static final String DECIMAL_SCALE = "scale";
    private static final String FLINK_TYPE = "flink.type";
    private static final String FLINK_PRECISION = "flink.precision";
    private static final String FLINK_MAX_LENGTH = "flink.maxLength";
    private static final String FLINK_MIN_LENGTH = "flink.minLength";
    private static final String TITLE = "org.apache.kafka.connect.data.";
    private static final int MILLIS = 3;

    private JsonSchemas() {}

    /** The schema of a record; {@code title} names it. */
    public static String schemaOf(RowType row, String title) {
        ObjectNode schema = rowSchema(row, title);
        schema.put("additionalProperties", false);
        return Json.text(schema);
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
        schema.put("type", "object").put("title", title);
        ObjectNode properties = schema.putObject("properties");
        List<String> required = new ArrayList<>();
        for (int i = 0; i < row.getFieldCount(); i++) {
            String name = row.getFieldNames().get(i);
            ObjectNode property = schemaOf(row.getTypeAt(i), title + "_" + name);
            properties.set(name, property.put(CONNECT_INDEX, i));
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

    /** The columns of a registered record schema, those with an index first and in its order. */
    public static DataType rowOf(String schema) {
        JsonNode root = Json.parse(schema);
        DataType type = typeOf(root, root);
        if (!(type.getLogicalType() instanceof RowType)) {
            throw new UserException("A JSON schema of a table must describe an object with properties.");
        }
        return type.notNull();
    }

    private static DataType typeOf(JsonNode schema, JsonNode root) {
        if (schema.has("$ref")) {
            return typeOf(resolve(schema.get("$ref").asText(), root), root);
        }
        JsonNode alternatives = schema.has("oneOf") ? schema.get("oneOf") : schema.get("anyOf");
        if (alternatives != null) {
            return unionOf(alternatives, root);
        }
        JsonNode types = schema.path("type");
        if (types.isArray()) {
            List<String> names = new ArrayList<>();
            types.forEach(type -> names.add(type.asText()));
            boolean nullable = names.remove("null");
            if (names.size() != 1) {
                throw new UserException("A JSON schema with the types " + types + " is not supported; use one and null.");
            }
            DataType type = notNullOf(names.get(0), schema, root);
            return nullable ? type.nullable() : type.notNull();
        }
        String type = types.asText(schema.has("properties") ? "object" : schema.has("enum") ? "string" : "");
        return notNullOf(type, schema, root).notNull();
    }

    private static JsonNode resolve(String reference, JsonNode root) {
        JsonNode found = reference.startsWith("#/") ? root.at(reference.substring(1)) : root.at("/missing");
        if (found.isMissingNode()) {
            throw new UserException("The reference '" + reference + "' of a JSON schema cannot be resolved.");
        }
        return found;
    }

    private static DataType unionOf(JsonNode alternatives, JsonNode root) {
        List<JsonNode> others = new ArrayList<>();
        alternatives.forEach(one -> others.add(one));
        boolean nullable = others.removeIf(one -> one.path("type").asText().equals("null"));
        if (others.size() == 1) {
            DataType type = typeOf(others.get(0), root);
            return nullable ? type.nullable() : type;
        }
        throw new UserException("A JSON schema with several alternatives for a field is not supported; use one and null.");
    }

    private static DataType notNullOf(String type, JsonNode schema, JsonNode root) {
        switch (type) {
            case "boolean":
                return DataTypes.BOOLEAN();
            case "integer":
                return numberOf(schema, DataTypes.BIGINT());
            case "number":
                return numberOf(schema, DataTypes.DOUBLE());
            case "string":
                return stringOf(schema);
            case "array":
                if (schema.path(CONNECT_TYPE).asText().equals("map")) {
                    JsonNode entry = schema.at("/items/properties");
                    return mapOf(schema, typeOf(entry.get("key"), root), typeOf(entry.get("value"), root));
                }
                if (!schema.path("items").isObject()) {
                    throw new UserException("An array of a JSON schema needs 'items'.");
                }
                return DataTypes.ARRAY(typeOf(schema.get("items"), root));
            case "object":
                if (schema.path("properties").isEmpty() && schema.path("additionalProperties").isObject()) {
                    return mapOf(schema, DataTypes.STRING().notNull(), typeOf(schema.get("additionalProperties"), root));
                }
                return DataTypes.ROW(fieldsOf(schema, root));
            default:
                throw new UserException("The type '" + type + "' of a JSON schema is not supported.");
        }
    }

    private static DataType mapOf(JsonNode schema, DataType key, DataType value) {
        return schema.path(FLINK_TYPE).asText().equals("multiset")
                ? DataTypes.MULTISET(key)
                : DataTypes.MAP(key, value);
    }

    private static List<DataTypes.Field> fieldsOf(JsonNode schema, JsonNode root) {
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        List<Map.Entry<String, JsonNode>> properties = new ArrayList<>(schema.path("properties").properties());
        properties.sort(Comparator.comparingInt(entry -> entry.getValue().path(CONNECT_INDEX).asInt(Integer.MAX_VALUE)));
        List<DataTypes.Field> fields = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : properties) {
            DataType type = typeOf(property.getValue(), root);
            fields.add(DataTypes.FIELD(property.getKey(), required.contains(property.getKey()) ? type : type.nullable()));
        }
        return fields;
    }

    private static DataType stringOf(JsonNode schema) {
        if (schema.path(CONNECT_TYPE).asText().equals("bytes")) {
            int minimum = schema.path(FLINK_MIN_LENGTH).asInt(-1);
            int maximum = schema.path(FLINK_MAX_LENGTH).asInt(VarBinaryType.MAX_LENGTH);
            return minimum == maximum ? DataTypes.BINARY(maximum) : DataTypes.VARBINARY(maximum);
        }
        int minimum = schema.path("minLength").asInt(-1);
        int maximum = schema.path("maxLength").asInt(VarCharType.MAX_LENGTH);
        return minimum == maximum ? DataTypes.CHAR(maximum) : DataTypes.VARCHAR(Math.max(1, maximum));
    }

    private static DataType numberOf(JsonNode schema, DataType plain) {
        int precision = schema.path(FLINK_PRECISION).asInt(MILLIS);
        switch (schema.path("title").asText()) {
            case TITLE + "Date":
                return DataTypes.DATE();
            case TITLE + "Time":
                return DataTypes.TIME(precision);
            case TITLE + "Timestamp":
                return schema.path(FLINK_TYPE).asText().equals("timestamp")
                        ? DataTypes.TIMESTAMP(precision)
                        : DataTypes.TIMESTAMP_LTZ(precision);
            case TITLE + "Decimal":
                JsonNode parameters = schema.path(CONNECT_PARAMETERS);
                return DataTypes.DECIMAL(
                        parameters.path(DECIMAL_PRECISION).asInt(DecimalType.MAX_PRECISION),
                        parameters.path(DECIMAL_SCALE).asInt(0));
            default:
                break;
        }
        switch (schema.path(CONNECT_TYPE).asText()) {
            case "int8":
                return DataTypes.TINYINT();
            case "int16":
                return DataTypes.SMALLINT();
            case "int32":
                return DataTypes.INT();
            case "int64":
                return DataTypes.BIGINT();
            case "float32":
                return DataTypes.FLOAT();
            case "float64":
                return DataTypes.DOUBLE();
            default:
                return plain;
        }
    }
}
