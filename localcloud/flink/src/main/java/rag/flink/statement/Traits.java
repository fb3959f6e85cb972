package rag.flink.statement;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import rag.flink.Json;

/** The facts about a statement in Confluent's {@code status.traits}. */
final class Traits {

    private Traits() {}

    static ObjectNode of(String sqlKind, boolean bounded, boolean appendOnly) {
        return Json.MAPPER
                .createObjectNode()
                .put("sql_kind", sqlKind)
                .put("is_bounded", bounded)
                .put("is_append_only", appendOnly);
    }

    static ObjectNode of(String sqlKind, Plan plan, ResolvedSchema schema) {
        ObjectNode traits = of(sqlKind, plan.bounded(), plan.appendOnly() || plan.isFolded());
        if (!plan.upsertColumns().isEmpty() && !plan.isFolded()) {
            ArrayNode columns = traits.putArray("upsert_columns");
            plan.upsertColumns().forEach(columns::add);
        }
        return withSchema(traits, schema);
    }

    static ObjectNode withSchema(ObjectNode traits, ResolvedSchema schema) {
        ArrayNode columns = traits.putObject("schema").putArray("columns");
        for (Column column : schema.getColumns()) {
            columns.addObject()
                    .put("name", column.getName())
                    .set("type", TypeJson.of(column.getDataType().getLogicalType()));
        }
        return traits;
    }
}
