package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rag.flink.Json;

class SystemColumnsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM t",
                "EXPLAIN SELECT 1",
                "INSERT INTO t SELECT * FROM u",
                "-- what is there\nDESCRIBE EXTENDED t",
                "desc extended t"
            })
    void everyStatementThatPlansHasThem(String statement) {
        assertTrue(SystemColumns.areShownTo(statement));
    }

    @ParameterizedTest
    @ValueSource(strings = {"DESCRIBE t", "/* $rowtime */ desc t", "SHOW CREATE TABLE `$rowtime`", "show columns from t"})
    void descriptionsLeaveThemOut(String statement) {
        assertFalse(SystemColumns.areShownTo(statement));
    }

    @Test
    void aTableKeptBeforeThereWereDerivedColumnsHasNone() throws Exception {
        String kept = "{\"columns\": [\"a\"], \"keys\": [], \"primaryKey\": [], \"options\": {}, \"comment\": null}";
        CatalogEntries.Table table =
                Json.MAPPER.readValue(kept.getBytes(StandardCharsets.UTF_8), CatalogEntries.Table.class);
        assertEquals(List.of(), table.derived());
        assertNull(table.watermark());
        assertEquals(Map.of(), table.raw());
        assertFalse(Json.text(table).contains("raw"), "a clone that knows no such columns reads it, too");
    }
}
