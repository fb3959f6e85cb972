package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rag.flink.UserException;

class ScanOptionsTest {

    private static final Map<String, String> TABLE = Map.of("scan.startup.mode", "earliest-offset");

    private static StatementContext statement(Map<String, String> scan, boolean isSnapshot) {
        return new StatementContext("s", "sa-1", scan, isSnapshot, Duration.ZERO, Map.of(), true);
    }

    @Test
    void aPropertyHoldsForTablesThatHaveTheDefault() {
        StatementContext statement = statement(Map.of("scan.startup.mode", "latest-offset"), false);
        assertEquals(Map.of("scan.startup.mode", "latest-offset"), ScanOptions.of("startup", TABLE, statement));
        Map<String, String> own = Map.of("scan.startup.mode", "timestamp", "scan.startup.timestamp-millis", "7");
        assertEquals(own, ScanOptions.of("startup", own, statement));
        assertEquals(Map.of(), ScanOptions.of("bounded", Map.of(), statement));
    }

    @Test
    void aSnapshotReadsWhatIsThere() {
        Map<String, String> own = Map.of("scan.bounded.mode", "timestamp", "scan.bounded.timestamp-millis", "7");
        assertEquals("latest-offset", ScanOptions.of("bounded", own, statement(Map.of(), true)).get("scan.bounded.mode"));
    }

    @Test
    void listsOfOffsetsMayHaveBlanks() {
        Map<String, String> own =
                Map.of(
                        "scan.startup.mode", "specific-offsets",
                        "scan.startup.specific-offsets", "partition:0,offset:3; partition:1,offset:42");
        assertEquals(
                "partition:0,offset:3;partition:1,offset:42",
                ScanOptions.of("startup", own, statement(Map.of(), false)).get("scan.startup.specific-offsets"));
    }

    @Test
    void aModeNeedsItsOption() {
        for (String mode : new String[] {"timestamp", "specific-offsets"}) {
            Map<String, String> given = Map.of("sql.tables.scan.bounded.mode", mode);
            String said = assertThrows(UserException.class, () -> ScanOptions.require(given, "sql.tables.")).getMessage();
            assertTrue(said.startsWith("'sql.tables.scan.bounded.mode' = '" + mode + "' needs 'sql.tables.scan.b"), said);
        }
        ScanOptions.require(Map.of("scan.bounded.mode", "latest-offset"), "");
    }
}
