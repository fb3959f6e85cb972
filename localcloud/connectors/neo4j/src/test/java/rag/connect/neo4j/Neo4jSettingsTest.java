package rag.connect.neo4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

class Neo4jSettingsTest {

    private static Neo4jSettings settings(String... changes) {
        Map<String, String> given = new HashMap<>(Map.of(
                "neo4j.uri", "neo4j://127.0.0.1:7687",
                "neo4j.cypher.topic.map", "{\"products\": \"MERGE (p {id: __value.id})\"}"));
        for (int at = 0; at < changes.length; at += 2) {
            given.put(changes[at], changes[at + 1]);
        }
        return new Neo4jSettings(given);
    }

    @Test
    void aStatementSeesTheRecordUnderItsNames() {
        assertEquals(
                Map.of(
                        "products",
                        "UNWIND $events AS message WITH message, message.value AS event,"
                                + " message.timestamp AS `__timestamp`, message.header AS `__header`,"
                                + " message.key AS `__key`, message.value AS `__value`"
                                + " CALL (*) { MERGE (p {id: __value.id}) }"),
                settings().queries());
    }

    @Test
    void namesCanBeOthersOrNone() {
        String query = settings(
                        "neo4j.cypher.bind-timestamp-as", "",
                        "neo4j.cypher.bind-header-as", "",
                        "neo4j.cypher.bind-key-as", "",
                        "neo4j.cypher.bind-value-as", "odd`name",
                        "neo4j.cypher.bind-value-as-event", "false")
                .queries()
                .get("products");
        assertTrue(query.startsWith("UNWIND $events AS message WITH message, message.value AS `odd``name` CALL"), query);
    }

    @Test
    void statementsThatAreNoJsonAreRefused() {
        assertThrows(ConfigException.class, () -> settings("neo4j.cypher.topic.map", "MERGE").queries());
    }

    @Test
    void timesHaveUnits() {
        assertEquals(Duration.ofSeconds(30), Neo4jSettings.duration("30"));
        assertEquals(Duration.ofMillis(30), Neo4jSettings.duration("30ms"));
        assertEquals(Duration.ofDays(1), Neo4jSettings.duration(" 1d "));
        assertThrows(ConfigException.class, () -> Neo4jSettings.duration("soon"));
        assertEquals(Duration.ofMinutes(2), settings("neo4j.batch-timeout", "2m").transaction().timeout());
    }

    @Test
    void encryptionIsTheAddresssOrTheSettings() {
        assertFalse(settings().connection().encrypted());
        assertTrue(settings("neo4j.security.encrypted", "true").connection().encrypted());
        assertFalse(settings("neo4j.uri", "neo4j+s://x.example", "neo4j.security.encrypted", "true")
                .connection()
                .encrypted());
    }

    @Test
    void thePasswordIsNotShown() {
        assertFalse(settings("neo4j.authentication.basic.password", "very-secret").toString().contains("very-secret"));
    }
}
