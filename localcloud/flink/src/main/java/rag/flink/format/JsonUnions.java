package rag.flink.format;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.types.logical.RowType;

/**
 * Values that may have one of several types. Their column is a row with a field for each alternative, named as Kafka
 * Connect names them; of these fields one has the value, and the others are null.
 */
final class JsonUnions {

    private static final String FIELD = "connect_union_field_";

    private JsonUnions() {}

    static String fieldName(int alternative) {
        return FIELD + alternative;
    }

    /** Whether a row stands for a union: it has these names alone. */
    static boolean isUnion(RowType row) {
        return row.getFieldCount() > 1
                && IntStream.range(0, row.getFieldCount())
                        .allMatch(i -> row.getFieldNames().get(i).matches(FIELD + "\\d+"));
    }

    /** The schemas of which a value has one: those of oneOf and anyOf, or the same schema with each of its types. */
    static List<JsonNode> alternatives(JsonNode schema) {
        List<JsonNode> found = new ArrayList<>();
        for (String keyword : List.of("oneOf", "anyOf")) {
            if (schema.path(keyword).isArray()) {
                schema.get(keyword).forEach(found::add);
                return found;
            }
        }
        if (schema.path("type").isArray()) {
            schema.get("type")
                    .forEach(type -> found.add(((ObjectNode) schema.deepCopy()).set("type", type)));
        }
        return found;
    }

    static boolean isNull(JsonNode schema) {
        return schema.path("type").asText().equals("null")
                || (schema.has("const") && schema.get("const").isNull())
                || (schema.path("enum").size() == 1 && schema.get("enum").get(0).isNull());
    }
}
