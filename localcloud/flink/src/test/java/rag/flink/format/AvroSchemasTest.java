package rag.flink.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import rag.flink.UserException;

class AvroSchemasTest {

    @Test
    void aNamedTypeMayBeUsedTwice() {
        String schema =
                "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":\"record\",\"name\":\"s\","
                        + "\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}},{\"name\":\"b\",\"type\":\"s\"}]}";
        assertEquals(2, ((RowType) AvroSchemas.rowOf(schema).getLogicalType()).getFieldCount());
    }

    @Test
    void aTypeThatContainsItselfIsRefused() {
        String schema =
                "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"next\",\"type\":[\"null\",\"r\"]}]}";
        String why = assertThrows(UserException.class, () -> AvroSchemas.rowOf(schema)).getMessage();
        assertEquals("The Avro type 'r' contains itself: a table cannot have such a column.", why);
    }

    @Test
    void namedTypesThatDoubleAreRefused() {
        String schema = "\"string\"";
        for (int i = 0; i < 60; i++) {
            String name = "r" + i;
            String both = "{\"name\":\"a\",\"type\":" + schema + "},{\"name\":\"b\",\"type\":\""
                    + (i == 0 ? "string" : "r" + (i - 1)) + "\"}";
            schema = "{\"type\":\"record\",\"name\":\"" + name + "\",\"fields\":[" + both + "]}";
        }
        String text = schema;
        String why = assertThrows(UserException.class, () -> AvroSchemas.rowOf(text)).getMessage();
        assertEquals(
                "The schema describes more than 10000 types, each use of a reference counted: a table cannot have that"
                        + " many columns.",
                why);
    }
}
