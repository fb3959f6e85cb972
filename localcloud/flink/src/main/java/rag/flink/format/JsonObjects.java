package rag.flink.format;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import rag.flink.format.JsonReferences.Located;

/**
 * The properties of an object in JSON Schema, those of all parts of {@code allOf} together.
 *
 * @param properties by name, in the schema's order
 */
record JsonObjects(Map<String, Located> properties, Set<String> required) {

    static JsonObjects of(Located schema, JsonNode root) {
        JsonObjects found = new JsonObjects(new LinkedHashMap<>(), new HashSet<>());
        found.add(schema, root, 0);
        return found;
    }

    private void add(Located given, JsonNode root, int depth) {
        if (depth > SchemaSize.DEEPEST) {
            throw SchemaSize.tooDeep();
        }
        Located located = JsonReferences.resolved(given, root);
        for (JsonNode part : located.schema().path("allOf")) {
            add(located.at(part), root, depth + 1);
        }
        located.schema()
                .path("properties")
                .properties()
                .forEach(property -> properties.put(property.getKey(), located.at(property.getValue())));
        located.schema().path("required").forEach(name -> required.add(name.asText()));
    }

    /** The parts of {@code allOf}, resolved, without those that only restrict the others. */
    static List<Located> parts(Located schema, JsonNode root) {
        List<Located> parts = new ArrayList<>();
        for (JsonNode part : schema.schema().path("allOf")) {
            Located resolved = JsonReferences.resolved(schema.at(part), root);
            if (!restricts(resolved.schema())) {
                parts.add(resolved);
            }
        }
        return parts;
    }

    /** Whether a schema describes no type of its own, but restricts one that is described elsewhere. */
    static boolean restricts(JsonNode schema) {
        return schema.isObject()
                && List.of("type", "$ref", "properties", "allOf", "oneOf", "anyOf", "enum", "const", "items").stream()
                        .noneMatch(schema::has);
    }
}
