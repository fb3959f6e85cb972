package rag.flink.format;

import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import rag.flink.Json;
import rag.flink.UserException;

/** Resolves {@code $ref} in a JSON Schema, also into the schemas of other subjects that it refers to. */
final class JsonReferences {

    /** A keyword of our own, which holds those other schemas by the names by which they are referred to. */
    private static final String OTHERS = "$rag.references";

    private JsonReferences() {}

    /** A schema and the document around it, within which its own references are resolved. */
    record Located(JsonNode schema, JsonNode document) {

        Located at(JsonNode part) {
            return new Located(part, document);
        }
    }

    /** The schema with all that it refers to in one text. */
    static String selfContained(Map<String, String> referenced, String schema) {
        if (referenced.isEmpty() || !(Json.parse(schema) instanceof ObjectNode root)) {
            return schema;
        }
        ObjectNode others = root.putObject(OTHERS);
        referenced.forEach((name, text) -> others.set(name, Json.parse(text)));
        return Json.text(root);
    }

    /** Follows the references of a schema until it is one without; {@code root} is the whole text. */
    static Located resolved(Located schema, JsonNode root) {
        Located found = schema;
        for (int hops = 0; found.schema().has("$ref"); hops++) {
            String reference = found.schema().get("$ref").asText();
            if (hops > SchemaSize.DEEPEST) {
                throw SchemaSize.tooDeep();
            }
            found = target(reference, found, root);
            if (found.schema().isMissingNode()) {
                throw new UserException("The reference '" + reference + "' of a JSON schema cannot be resolved.");
            }
        }
        return found;
    }

    private static Located target(String reference, Located from, JsonNode root) {
        int hash = reference.indexOf('#');
        String document = hash < 0 ? reference : reference.substring(0, hash);
        String fragment = hash < 0 ? "" : reference.substring(hash + 1);
        JsonNode within = document.isEmpty() ? from.document() : document(document, from.document(), root);
        if (fragment.isEmpty() || fragment.startsWith("/")) {
            return new Located(within.at(fragment), within);
        }
        return new Located(named("$anchor", fragment, within), within);
    }

    private static JsonNode document(String name, JsonNode document, JsonNode root) {
        JsonNode other = root.path(OTHERS).path(name);
        return other.isMissingNode() ? named("$id", name, document) : other;
    }

    /** The part of a document that gives itself that name. */
    private static JsonNode named(String keyword, String name, JsonNode document) {
        if (document.path(keyword).asText("").equals(name)) {
            return document;
        }
        for (JsonNode part : document) {
            JsonNode found = part.isContainerNode() ? named(keyword, name, part) : Json.MAPPER.missingNode();
            if (!found.isMissingNode()) {
                return found;
            }
        }
        return Json.MAPPER.missingNode();
    }
}
