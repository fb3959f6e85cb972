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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import rag.flink.Json;
import rag.flink.UserException;

/** Converts a registered JSON Schema to columns: the reading half of {@link JsonSchemas}. */
final class JsonSchemaReader {

    private final JsonNode root;
    private final SchemaSize size = new SchemaSize();
    private int depth;

    private JsonSchemaReader(JsonNode root) {
        this.root = root;
    }

    /** The columns of a registered record schema, those with an index first and in its order. */
    static DataType rowOf(String schema) {
        JsonNode root = Json.parse(schema);
        DataType type = new JsonSchemaReader(root).typeOf(root);
        if (!(type.getLogicalType() instanceof RowType)) {
            throw new UserException("A JSON schema of a table must describe an object with properties.");
        }
        return type.notNull();
    }

    private DataType typeOf(JsonNode schema) {
        size.add();
        if (++depth > SchemaSize.DEEPEST) {
            throw new UserException(
                    "The JSON schema is nested more than " + SchemaSize.DEEPEST
                            + " levels deep, or refers to itself: a table cannot have such a column.");
        }
        DataType type = anyOf(schema);
        depth--;
        return type;
    }

    private DataType anyOf(JsonNode schema) {
        if (schema.has("$ref")) {
            return typeOf(resolve(schema.get("$ref").asText()));
        }
        JsonNode alternatives = schema.has("oneOf") ? schema.get("oneOf") : schema.get("anyOf");
        if (alternatives != null) {
            return unionOf(alternatives);
        }
        JsonNode types = schema.path("type");
        if (types.isArray()) {
            List<String> names = new ArrayList<>();
            types.forEach(type -> names.add(type.asText()));
            boolean nullable = names.remove("null");
            if (names.size() != 1) {
                throw new UserException("A JSON schema with the types " + types + " is not supported; use one and null.");
            }
            DataType type = notNullOf(names.get(0), schema);
            return nullable ? type.nullable() : type.notNull();
        }
        String type = types.asText(schema.has("properties") ? "object" : schema.has("enum") ? "string" : "");
        return notNullOf(type, schema).notNull();
    }

    private JsonNode resolve(String reference) {
        JsonNode found = reference.startsWith("#/") ? root.at(reference.substring(1)) : root.at("/missing");
        if (found.isMissingNode()) {
            throw new UserException("The reference '" + reference + "' of a JSON schema cannot be resolved.");
        }
        return found;
    }

    private DataType unionOf(JsonNode alternatives) {
        List<JsonNode> others = new ArrayList<>();
        alternatives.forEach(one -> others.add(one));
        boolean nullable = others.removeIf(one -> one.path("type").asText().equals("null"));
        if (others.size() == 1) {
            DataType type = typeOf(others.get(0));
            return nullable ? type.nullable() : type;
        }
        throw new UserException("A JSON schema with several alternatives for a field is not supported; use one and null.");
    }

    private DataType notNullOf(String type, JsonNode schema) {
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
                    return mapOf(schema, typeOf(entry.get("key")), typeOf(entry.get("value")));
                }
                if (!schema.path("items").isObject()) {
                    throw new UserException("An array of a JSON schema needs 'items'.");
                }
                return DataTypes.ARRAY(typeOf(schema.get("items")));
            case "object":
                if (schema.path("properties").isEmpty() && schema.path("additionalProperties").isObject()) {
                    return mapOf(schema, DataTypes.STRING().notNull(), typeOf(schema.get("additionalProperties")));
                }
                return DataTypes.ROW(fieldsOf(schema));
            default:
                throw new UserException("The type '" + type + "' of a JSON schema is not supported.");
        }
    }

    private static DataType mapOf(JsonNode schema, DataType key, DataType value) {
        return schema.path(FLINK_TYPE).asText().equals("multiset")
                ? DataTypes.MULTISET(key)
                : DataTypes.MAP(key, value);
    }

    private List<DataTypes.Field> fieldsOf(JsonNode schema) {
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        List<Map.Entry<String, JsonNode>> properties = new ArrayList<>(schema.path("properties").properties());
        properties.sort(Comparator.comparingInt(entry -> entry.getValue().path(CONNECT_INDEX).asInt(Integer.MAX_VALUE)));
        List<DataTypes.Field> fields = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : properties) {
            DataType type = typeOf(property.getValue());
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
