package rag.flink.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PropertiesTest {

    private static Properties of(Map<String, String> given) {
        return Properties.of(new StatementRequest("u", "s", "env-1", "SELECT 1", given, "sa-1", Map.of()));
    }

    @Test
    void defaultsAreConfluents() {
        Properties properties = of(Map.of());
        assertEquals("env-1", properties.currentCatalog());
        assertEquals("UTC", properties.session().get("table.local-time-zone"));
        assertEquals("15 s", properties.session().get("table.exec.source.idle-timeout"));
        assertFalse(properties.isSnapshot());
        assertEquals(Duration.ZERO, properties.drift());
    }

    @Test
    void eachConfiguresItsPartOfFlink() {
        Properties properties =
                of(
                        Map.of(
                                "sql.tables.scan.idle-timeout", "1 s",
                                "sql.state-ttl", "1 h",
                                "sql.local-time-zone", "Asia/Tokyo",
                                "sql.snapshot.mode", "now",
                                "sql.tables.scan.startup.mode", "latest-offset",
                                "sql.tables.scan.watermark-alignment.max-allowed-drift", "5 min"));
        assertEquals("1 s", properties.session().get("table.exec.source.idle-timeout"));
        assertEquals("1 h", properties.session().get("table.exec.state.ttl"));
        assertEquals("Asia/Tokyo", properties.session().get("table.local-time-zone"));
        assertTrue(properties.isSnapshot());
        assertEquals(Map.of("scan.startup.mode", "latest-offset"), properties.scan());
        assertEquals(Duration.ofMinutes(5), properties.drift());
    }
}
