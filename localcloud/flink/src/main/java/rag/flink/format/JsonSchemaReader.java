package rag.flink.format;

import static rag.flink.format.JsonSchemas.CONNECT_INDEX;
import static rag.flink.format.JsonSchemas.CONNECT_PARAMETERS;
import static rag.flink.format.JsonSchemas.CONNECT_TYPE;
import static rag.flink.format.JsonSchemas.DECIMAL_PRECISION;
import static rag.flink.format.JsonSchemas.DECIMAL_SCALE;
import static rag.flink.format.JsonSchemas.FLINK_MAX_LENGTH;
import static rag.flink.format.JsonSchemas.FLINK_MIN_LENGTH;
import static rag.flink.format.JsonSchemas.FLINK_PRECISION;
import static rag.flink.format.JsonSchemas.FLINK_TYPE;
import static rag.flink.format.JsonSchemas.MILLIS;
import static rag.flink.format.JsonSchemas.TITLE;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import rag.flink.Json;
import rag.flink.UserException;
import rag.flink.format.JsonReferences.Located;

/** Converts a registered JSON Schema to a type: the reading half of {@link JsonSchemas}. */
final class JsonSchemaReader {

    private final JsonNode root;
    private final SchemaSize size = new SchemaSize();
    private int depth;

    private JsonSchemaReader(JsonNode root) {
        this.root = root;
    }

    /** The type of a registered schema; columns of an object with an index come first, and in its order. */
    static DataType typeOf(String schema) {
        JsonNode root = Json.parse(schema);
        if (!root.isObject()) {
            throw new UserException("The JSON schema '" + schema + "' describes no type: a table cannot be made of it.");
        }
        return new JsonSchemaReader(root).typeOf(new Located(root, root));
    }

    private DataType typeOf(Located given) {
        size.add();
        if (++depth > SchemaSize.DEEPEST) {
            throw SchemaSize.tooDeep();
        }
        Located located = JsonReferences.resolved(given, root);
        DataType type = anyOf(located);
        depth--;
        return located.schema().path("nullable").asBoolean() ? type.nullable() : type;
    }

    private DataType anyOf(Located located) {
        JsonNode schema = located.schema();
        List<JsonNode> alternatives = JsonUnions.alternatives(schema);
        alternatives.removeIf(JsonObjects::restricts);
        if (!alternatives.isEmpty()) {
            requireAlone(schema);
            return unionOf(located, alternatives);
        }
        if (schema.has("allOf") && JsonObjects.of(located, root).properties().isEmpty()) {
            List<Located> parts = JsonObjects.parts(located, root);
            if (!parts.isEmpty()) {
                return typeOf(parts.get(0));
            }
        }
        return plain(located);
    }

    /** Refuses fields beside alternatives with fields of their own: as rows they would not be one type. */
    private static void requireAlone(JsonNode schema) {
        boolean combined = schema.has("oneOf") || schema.has("anyOf");
        if (combined && (schema.has("properties") || schema.has("allOf"))) {
            throw new UserException(
                    "A JSON schema has both 'properties' and alternatives ('oneOf' or 'anyOf') with types of their own:"
                            + " move the properties into each alternative.");
        }
    }

    private DataType unionOf(Located located, List<JsonNode> alternatives) {
        List<JsonNode> others = new ArrayList<>(alternatives);
        boolean nullable = others.removeIf(JsonUnions::isNull);
        if (others.isEmpty()) {
            throw new UserException("A field of a JSON schema is always null: a table cannot have such a column.");
        }
        if (others.size() == 1) {
            DataType type = typeOf(located.at(others.get(0)));
            return nullable ? type.nullable() : type;
        }
        List<DataTypes.Field> fields = new ArrayList<>();
        for (JsonNode alternative : others) {
            DataType type = typeOf(located.at(alternative)).nullable();
            fields.add(DataTypes.FIELD(JsonUnions.fieldName(fields.size()), type));
        }
        return nullable ? DataTypes.ROW(fields) : DataTypes.ROW(fields).notNull();
    }

    private DataType plain(Located located) {
        JsonNode schema = located.schema();
        if (schema.path("type").isTextual()) {
            return notNullOf(schema.get("type").asText(), located).notNull();
        }
        if (schema.has("properties") || schema.has("allOf") || schema.path("additionalProperties").isObject()) {
            return notNullOf("object", located).notNull();
        }
        if (schema.has("const")) {
            return constantOf(schema.get("const"));
        }
        if (schema.has("enum")) {
            boolean nullable = StreamSupport.stream(schema.get("enum").spliterator(), false).anyMatch(JsonNode::isNull);
            return nullable ? DataTypes.STRING() : DataTypes.STRING().notNull();
        }
        if (schema.has("items")) {
            return notNullOf("array", located).notNull();
        }
        throw new UserException("A JSON schema has a field without a type: give it a 'type', or 'enum' or 'const'.");
    }

    private static DataType constantOf(JsonNode value) {
        if (value.isBoolean()) {
            return DataTypes.BOOLEAN().notNull();
        }
        if (value.isNumber()) {
            return value.isIntegralNumber() ? DataTypes.BIGINT().notNull() : DataTypes.DOUBLE().notNull();
        }
        return DataTypes.STRING().notNull();
    }

    private DataType notNullOf(String type, Located located) {
        JsonNode schema = located.schema();
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
                return arrayOf(located);
            case "object":
                if (schema.path("properties").isEmpty() && schema.path("additionalProperties").isObject()) {
                    DataType value = typeOf(located.at(schema.get("additionalProperties")));
                    return mapOf(schema, DataTypes.STRING().notNull(), value);
                }
                return DataTypes.ROW(fieldsOf(JsonObjects.of(located, root)));
            case "null":
                throw new UserException("A field of a JSON schema is always null: a table cannot have such a column.");
            default:
                throw new UserException("The type '" + type + "' of a JSON schema is not supported.");
        }
    }

    private DataType arrayOf(Located located) {
        JsonNode schema = located.schema();
        if (schema.path(CONNECT_TYPE).asText().equals("map")) {
            JsonNode entry = schema.at("/items/properties");
            return mapOf(schema, typeOf(located.at(entry.path("key"))), typeOf(located.at(entry.path("value"))));
        }
        if (schema.path("items").isArray() || schema.has("prefixItems")) {
            throw new UserException(
                    "JSON tuples (arrays that contain items of different types) are not supported: give 'items' one schema.");
        }
        if (!schema.path("items").isObject()) {
            throw new UserException("An array of a JSON schema needs 'items'.");
        }
        return DataTypes.ARRAY(typeOf(located.at(schema.get("items"))));
    }

    private static DataType mapOf(JsonNode schema, DataType key, DataType value) {
        return schema.path(FLINK_TYPE).asText().equals("multiset")
                ? DataTypes.MULTISET(key)
                : DataTypes.MAP(key, value);
    }

    private List<DataTypes.Field> fieldsOf(JsonObjects object) {
        List<Map.Entry<String, Located>> properties = new ArrayList<>(object.properties().entrySet());
        properties.sort(Comparator.comparingInt(entry -> index(entry.getValue().schema())));
        List<DataTypes.Field> fields = new ArrayList<>();
        for (Map.Entry<String, Located> property : properties) {
            String name = property.getKey();
            DataType type = typeOf(property.getValue());
            DataType declared = object.required().contains(name) ? type : type.nullable();
            JsonNode comment = property.getValue().schema().path("description");
            fields.add(
                    comment.isTextual()
                            ? DataTypes.FIELD(name, declared, comment.asText())
                            : DataTypes.FIELD(name, declared));
        }
        return fields;
    }

    private static int index(JsonNode property) {
        return property.path(CONNECT_INDEX).asInt(Integer.MAX_VALUE);
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
