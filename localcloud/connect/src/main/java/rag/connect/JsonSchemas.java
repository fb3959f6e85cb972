package rag.connect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;

/**
 * JSON schemas as Connect's, by the rules of Confluent's converter.
 *
 * <p>{@code connect.type} says which number a number is, {@code connect.index} the place of a field, {@code oneOf} with
 * {@code null} that it may be missing; dates, times and decimals are marked by Connect's own titles.
 */
final class JsonSchemas {

    private static final String DEFINITION = "#/";

    private final JsonNode root;
    private final Set<String> open = new HashSet<>();

    private JsonSchemas(JsonNode root) {
        this.root = root;
    }

    /** The Connect schema of records with this JSON schema; {@link DataException} if there is none. */
    static Schema connectSchema(JsonNode schema) {
        return new JsonSchemas(schema).of(schema, false);
    }

    private Schema of(JsonNode schema, boolean isOptional) {
        if (schema.has("$ref")) {
            return referred(schema.get("$ref").asText(), isOptional);
        }
        for (String union : List.of("oneOf", "anyOf")) {
            if (schema.has(union)) {
                return union(schema.get(union), isOptional);
            }
        }
        JsonNode type = schema.path("type");
        if (type.isArray()) {
            List<String> names = StreamSupport.stream(type.spliterator(), false)
                    .map(JsonNode::asText)
                    .filter(name -> !name.equals("null"))
                    .collect(Collectors.toList());
            requireOne(names.size());
            return typed(names.get(0), schema, isOptional || names.size() < type.size());
        }
        return typed(type.asText(schema.has("enum") ? "string" : "object"), schema, isOptional);
    }

    private Schema referred(String reference, boolean isOptional) {
        JsonNode found = reference.startsWith(DEFINITION) ? root.at(reference.substring(1)) : root.path("\0");
        if (found.isMissingNode()) {
            throw new DataException("The record's JSON schema refers to " + reference + ", which is not a part of it.");
        }
        if (!open.add(reference)) {
            throw new DataException("The record's JSON schema contains itself (" + reference + "): it cannot be read.");
        }
        Schema schema = of(found, isOptional);
        open.remove(reference);
        return schema;
    }

    private Schema union(JsonNode members, boolean isOptional) {
        List<JsonNode> others = StreamSupport.stream(members.spliterator(), false)
                .filter(member -> !member.path("type").asText().equals("null"))
                .collect(Collectors.toList());
        requireOne(others.size());
        return of(others.get(0), isOptional || others.size() < members.size());
    }

    private static void requireOne(int types) {
        if (types != 1) {
            throw new DataException("The record's JSON schema has a field of " + types
                    + " types: give it one, or one and null.");
        }
    }

    private Schema typed(String type, JsonNode schema, boolean isOptional) {
        SchemaBuilder builder;
        switch (type) {
            case "boolean":
                builder = SchemaBuilder.bool();
                break;
            case "integer":
            case "number":
                builder = number(type, schema);
                break;
            case "string":
                builder = schema.path("connect.type").asText().equals("bytes") ? SchemaBuilder.bytes() : SchemaBuilder.string();
                break;
            case "array":
                builder = array(schema);
                break;
            case "object":
                builder = object(schema);
                break;
            default:
                throw new DataException("The record's JSON schema has a field of type " + type + ", which is unknown.");
        }
        return (isOptional ? builder.optional() : builder).build();
    }

    private static SchemaBuilder number(String type, JsonNode schema) {
        switch (schema.path("title").asText()) {
            case Date.LOGICAL_NAME:
                return Date.builder();
            case Time.LOGICAL_NAME:
                return Time.builder();
            case Timestamp.LOGICAL_NAME:
                return Timestamp.builder();
            case Decimal.LOGICAL_NAME:
                return Decimal.builder(schema.path("connect.parameters").path("scale").asInt());
            default:
                break;
        }
        switch (schema.path("connect.type").asText(type)) {
            case "int8":
                return SchemaBuilder.int8();
            case "int16":
                return SchemaBuilder.int16();
            case "int32":
                return SchemaBuilder.int32();
            case "int64":
            case "integer":
                return SchemaBuilder.int64();
            case "float32":
                return SchemaBuilder.float32();
            default:
                return SchemaBuilder.float64();
        }
    }

    private SchemaBuilder array(JsonNode schema) {
        JsonNode items = schema.path("items");
        if (schema.path("connect.type").asText().equals("map")) {
            JsonNode entry = items.path("properties");
            return SchemaBuilder.map(of(entry.path("key"), false), of(entry.path("value"), false));
        }
        return SchemaBuilder.array(of(items, false));
    }

    private SchemaBuilder object(JsonNode schema) {
        if (schema.path("connect.type").asText().equals("map")) {
            return SchemaBuilder.map(Schema.STRING_SCHEMA, of(schema.path("additionalProperties"), false));
        }
        SchemaBuilder struct = SchemaBuilder.struct();
        if (schema.hasNonNull("title")) {
            struct.name(schema.get("title").asText());
        }
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(schema.path("properties").properties());
        fields.sort(Comparator.comparingInt(field -> field.getValue().path("connect.index").asInt(Integer.MAX_VALUE)));
        for (Map.Entry<String, JsonNode> field : fields) {
            struct.field(field.getKey(), of(field.getValue(), !required.contains(field.getKey())));
        }
        return struct;
    }
}
