package rag.flink.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import rag.flink.Json;
import rag.flink.UserException;

class JsonSchemasTest {

    private static final DataType EVERYTHING =
            DataTypes.ROW(
                            DataTypes.FIELD("b", DataTypes.BOOLEAN().notNull()),
                            DataTypes.FIELD("i8", DataTypes.TINYINT()),
                            DataTypes.FIELD("i16", DataTypes.SMALLINT()),
                            DataTypes.FIELD("i32", DataTypes.INT()),
                            DataTypes.FIELD("i64", DataTypes.BIGINT()),
                            DataTypes.FIELD("f32", DataTypes.FLOAT()),
                            DataTypes.FIELD("f64", DataTypes.DOUBLE()),
                            DataTypes.FIELD("c", DataTypes.CHAR(3)),
                            DataTypes.FIELD("v", DataTypes.VARCHAR(7)),
                            DataTypes.FIELD("s", DataTypes.STRING()),
                            DataTypes.FIELD("bin", DataTypes.BINARY(2)),
                            DataTypes.FIELD("var", DataTypes.VARBINARY(9)),
                            DataTypes.FIELD("by", DataTypes.BYTES()),
                            DataTypes.FIELD("d", DataTypes.DATE()),
                            DataTypes.FIELD("t", DataTypes.TIME(2)),
                            DataTypes.FIELD("ts", DataTypes.TIMESTAMP(3)),
                            DataTypes.FIELD("ltz", DataTypes.TIMESTAMP_LTZ(0)),
                            DataTypes.FIELD("dec", DataTypes.DECIMAL(10, 2)),
                            DataTypes.FIELD("a", DataTypes.ARRAY(DataTypes.FLOAT())),
                            DataTypes.FIELD("m", DataTypes.MAP(DataTypes.STRING().notNull(), DataTypes.INT())),
                            DataTypes.FIELD("mi", DataTypes.MAP(DataTypes.INT().notNull(), DataTypes.STRING())),
                            DataTypes.FIELD("ms", DataTypes.MULTISET(DataTypes.STRING().notNull())),
                            DataTypes.FIELD("r", DataTypes.ROW(DataTypes.FIELD("x", DataTypes.INT()))))
                    .notNull();

    @Test
    void everyTypeSurvivesTheWayThroughASchema() {
        String schema = JsonSchemas.schemaOf((RowType) EVERYTHING.getLogicalType(), "t_value");
        assertEquals(EVERYTHING.getLogicalType(), JsonSchemas.typeOf(schema).getLogicalType());
    }

    @Test
    void numbersCarryConnectTypesAndNullableOnesAreAlternatives() {
        String schema = JsonSchemas.schemaOf((RowType) EVERYTHING.getLogicalType(), "t_value");
        assertEquals(
                Json.parse(
                        "{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"number\",\"connect.type\":\"int32\"}],"
                                + "\"connect.index\":3}"),
                Json.parse(schema).at("/properties/i32"));
        assertEquals("[\"b\"]", Json.parse(schema).get("required").toString());
    }

    @Test
    void columnsAreOrderedByConnectIndexAndPlainTypesAreUnderstood() {
        DataType row =
                JsonSchemas.typeOf(
                        "{\"type\":\"object\",\"required\":[\"n\"],\"properties\":{"
                                + "\"late\":{\"type\":[\"null\",\"number\"],\"connect.index\":2},"
                                + "\"n\":{\"type\":\"integer\",\"connect.index\":0},"
                                + "\"e\":{\"enum\":[\"x\"],\"connect.index\":1}}}");
        assertEquals(
                DataTypes.ROW(
                                DataTypes.FIELD("n", DataTypes.BIGINT().notNull()),
                                DataTypes.FIELD("e", DataTypes.STRING()),
                                DataTypes.FIELD("late", DataTypes.DOUBLE()))
                        .notNull()
                        .getLogicalType(),
                row.getLogicalType());
    }

    @Test
    void whatAJsonSchemaCannotHoldIsRefused() {
        RowType row = (RowType) DataTypes.ROW(DataTypes.FIELD("t", DataTypes.TIMESTAMP(6))).getLogicalType();
        UserException refusal = assertThrows(UserException.class, () -> JsonSchemas.schemaOf(row, "t"));
        assertEquals(
                "The type TIMESTAMP(6) cannot be stored in a JSON schema: use a precision up to 3.",
                refusal.getMessage());
    }

    @Test
    void aSchemaThatRefersToItselfIsRefused() {
        String schema =
                "{\"type\":\"object\",\"properties\":{\"next\":{\"oneOf\":[{\"type\":\"null\"},"
                        + "{\"properties\":{\"next\":{\"$ref\":\"#/properties/next\"}}}]}}}";
        String why = assertThrows(UserException.class, () -> JsonSchemas.typeOf(schema)).getMessage();
        assertEquals(
                "The JSON schema is nested more than 100 levels deep, or refers to itself: a table cannot have such a"
                        + " column.",
                why);
    }

    @Test
    void referencesThatDoubleAreRefused() {
        StringBuilder schema = new StringBuilder("{\"type\":\"object\",\"$defs\":{");
        for (int i = 0; i < 60; i++) {
            String next = "{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}";
            schema.append("\"d" + i + "\":{\"type\":\"object\",\"properties\":{\"a\":" + next + ",\"b\":" + next + "}},");
        }
        schema.append("\"d60\":{\"type\":\"string\"}},\"properties\":{\"x\":{\"$ref\":\"#/$defs/d0\"}}}");
        String why = assertThrows(UserException.class, () -> JsonSchemas.typeOf(schema.toString())).getMessage();
        assertEquals(
                "The schema describes more than 10000 types, each use of a reference counted: a table cannot have that"
                        + " many columns.",
                why);
    }
}
