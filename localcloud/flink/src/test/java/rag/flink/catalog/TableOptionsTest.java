package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.CatalogView;
import org.apache.flink.table.catalog.TableChange;
import org.junit.jupiter.api.Test;
import rag.flink.UserException;

class TableOptionsTest {

    private static final Schema SCHEMA = Schema.newBuilder().column("id", "INT").build();
    private static final CatalogTable TABLE =
            CatalogTable.newBuilder()
                    .schema(SCHEMA)
                    .options(Map.of("changelog.mode", "append", "kafka.retention.time", "1 h"))
                    .build();

    @Test
    void settingsOfTheTopicFollowTheOptions() {
        TableOptions changed =
                TableOptions.changed(
                        TABLE,
                        List.of(
                                TableChange.set("kafka.cleanup-policy", "delete-compact"),
                                TableChange.reset("kafka.retention.time")),
                        false);
        assertEquals(Map.of("kafka.cleanup-policy", "delete-compact"), changed.set());
        assertEquals(Set.of("kafka.retention.time"), changed.reset());
        assertEquals(Map.of("cleanup.policy", "delete", "retention.ms", "3600000"), changed.configsBefore());
        assertEquals(Map.of("cleanup.policy", "delete,compact"), changed.configs());
    }

    @Test
    void anotherChangelogModeLeavesTheTopicAsItIs() {
        for (String mode : List.of("retract", "append")) {
            TableOptions changed = TableOptions.changed(TABLE, List.of(TableChange.set("changelog.mode", mode)), false);
            assertEquals(Map.of("changelog.mode", mode), changed.set());
            assertEquals(changed.configsBefore(), changed.configs());
        }
        TableChange toUpsert = TableChange.set("changelog.mode", "upsert");
        assertThrows(UserException.class, () -> TableOptions.changed(TABLE, List.of(toUpsert), false), "it has no key");
        assertEquals(Map.of("changelog.mode", "upsert"), TableOptions.changed(TABLE, List.of(toUpsert), true).set());
        Schema keyed = Schema.newBuilder().column("id", "INT NOT NULL").primaryKey("id").build();
        CatalogTable table = CatalogTable.newBuilder().schema(keyed).options(TABLE.getOptions()).build();
        TableOptions changed = TableOptions.changed(table, List.of(toUpsert), false);
        assertEquals(changed.configsBefore(), changed.configs());
        List<TableChange> wrong = List.of(TableChange.set("changelog.mode", "delete"));
        assertThrows(UserException.class, () -> TableOptions.changed(table, wrong, false));
        List<TableChange> reset = List.of(TableChange.reset("changelog.mode"));
        assertEquals(Map.of("changelog.mode", "upsert"), TableOptions.changed(table, reset, false).set());
        assertEquals(Map.of("changelog.mode", "append"), TableOptions.changed(TABLE, reset, false).set());
        assertEquals(Set.of("changelog.mode"), TableOptions.changed(TABLE, reset, true).reset());
    }

    @Test
    void whatWouldChangeTheRecordsIsRefused() {
        for (TableChange change :
                List.of(
                        TableChange.set("value.format", "avro-registry"),
                        TableChange.reset("value.format"),
                        TableChange.set("scan.startup.mode", "timestamp"),
                        TableChange.set("kafka.retention.time", "long"))) {
            assertThrows(UserException.class, () -> TableOptions.changed(TABLE, List.of(change), false), change.toString());
        }
        CatalogView view = CatalogView.of(SCHEMA, null, "SELECT 1", "SELECT 1", Map.of());
        List<TableChange> harmless = List.of(TableChange.set("scan.startup.mode", "latest-offset"));
        assertThrows(UserException.class, () -> TableOptions.changed(view, harmless, false));
    }
}
