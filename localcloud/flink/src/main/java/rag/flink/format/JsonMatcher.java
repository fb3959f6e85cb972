package rag.flink.format;

import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import rag.flink.format.JsonReferences.Located;

/** Decides which alternative of a JSON Schema a value has, by what tells types apart: no full validation. */
final class JsonMatcher {

    private final JsonNode root;

    JsonMatcher(JsonNode root) {
        this.root = root;
    }

    boolean matches(Located given, JsonNode value) {
        Located located = JsonReferences.resolved(given, root);
        JsonNode schema = located.schema();
        if (value.isNull() && schema.path("nullable").asBoolean()) {
            return true;
        }
        return matchesType(schema.path("type"), value)
                && (!schema.has("const") || schema.get("const").equals(value))
                && (!schema.has("enum") || contains(schema.get("enum"), value))
                && (!value.isObject() || matchesObject(located, value))
                && (!value.isArray() || matchesArray(located, value))
                && matchesCombined(located, value);
    }

    private boolean matchesCombined(Located located, JsonNode value) {
        for (JsonNode one : located.schema().path("allOf")) {
            if (!matches(located.at(one), value)) {
                return false;
            }
        }
        for (String keyword : List.of("oneOf", "anyOf")) {
            JsonNode alternatives = located.schema().path(keyword);
            if (alternatives.isArray()
                    && StreamSupport.stream(alternatives.spliterator(), false)
                            .noneMatch(one -> matches(located.at(one), value))) {
                return false;
            }
        }
        return true;
    }

    private boolean matchesObject(Located located, JsonNode value) {
        JsonNode schema = located.schema();
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asText())) {
                return false;
            }
        }
        JsonNode properties = schema.path("properties");
        JsonNode others = schema.path("additionalProperties");
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            JsonNode property = properties.path(field.getKey());
            if (!property.isMissingNode() && !matches(located.at(property), field.getValue())) {
                return false;
            }
            if (property.isMissingNode()
                    && (others.isBoolean() && !others.asBoolean()
                            || others.isObject() && !matches(located.at(others), field.getValue()))) {
                return false;
            }
        }
        return true;
    }

    private boolean matchesArray(Located located, JsonNode value) {
        JsonNode items = located.schema().path("items");
        return !items.isObject()
                || StreamSupport.stream(value.spliterator(), false).allMatch(one -> matches(located.at(items), one));
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        return StreamSupport.stream(values.spliterator(), false).anyMatch(value::equals);
    }

    private static boolean matchesType(JsonNode type, JsonNode value) {
        if (type.isArray()) {
            return StreamSupport.stream(type.spliterator(), false).anyMatch(one -> matchesType(one, value));
        }
        switch (type.asText("")) {
            case "":
                return true;
            case "null":
                return value.isNull();
            case "boolean":
                return value.isBoolean();
            case "integer":
                return value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0;
            case "number":
                return value.isNumber();
            case "string":
                return value.isTextual();
            case "array":
                return value.isArray();
            case "object":
                return value.isObject();
            default:
                return false;
        }
    }
}
