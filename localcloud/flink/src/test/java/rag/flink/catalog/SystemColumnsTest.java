package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rag.flink.Json;

class SystemColumnsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT $rowtime FROM t",
                "select t.`$rowtime` from t",
                "-- what is there\nDESCRIBE EXTENDED t",
                "desc extended t"
            })
    void areShownToWhatNamesThemOrDescribesAll(String statement) {
        assertTrue(SystemColumns.of(statement).areShown());
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT * FROM t", "DESCRIBE t", "SHOW CREATE TABLE `$rowtime`", "SELECT 1 -- $rowtime"})
    void areHiddenFromOthers(String statement) {
        assertFalse(SystemColumns.of(statement).areShown());
    }

    @Test
    void areShownBelowAViewThatNamesThem() {
        SystemColumns columns = SystemColumns.of("SELECT * FROM v");
        columns.showFor("SELECT `t`.`k` FROM `t`");
        assertFalse(columns.areShown());
        columns.showFor("SELECT `t`.`$rowtime` FROM `t`");
        assertTrue(columns.areShown());
    }

    @Test
    void aTableKeptBeforeThereWereDerivedColumnsHasNone() throws Exception {
        String kept = "{\"columns\": [\"a\"], \"keys\": [], \"primaryKey\": [], \"options\": {}, \"comment\": null}";
        CatalogEntries.Table table =
                Json.MAPPER.readValue(kept.getBytes(StandardCharsets.UTF_8), CatalogEntries.Table.class);
        assertEquals(List.of(), table.derived());
        assertNull(table.watermark());
    }
}
