package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.types.DataType;
import org.junit.jupiter.api.Test;
import rag.flink.UserException;
import rag.flink.catalog.SchemaRegistry.Registered;

class TopicTablesTest {

    private static final String PAIR =
            "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"id\",\"type\":\"int\"},"
                    + "{\"name\":\"name\",\"type\":[\"null\",\"string\"],\"doc\":\"who\"}]}";
    private static final Map<String, String> COMPACTED = Map.of("cleanup.policy", "compact,delete");

    private static CatalogTable table(Map<String, String> configs, String key, String value) {
        return table(configs, key, value, null);
    }

    private static CatalogTable table(
            Map<String, String> configs, String key, String value, CatalogEntries.Table entry) {
        Topic topic =
                new Topic(
                        "t",
                        3,
                        configs,
                        Optional.ofNullable(key).map(text -> new Registered(1, "AVRO", text)),
                        Optional.ofNullable(value).map(text -> new Registered(2, "AVRO", text)));
        return TopicTables.tableOf(topic, Optional.ofNullable(entry), false);
    }

    private static List<String> columns(CatalogTable table) {
        return table.getUnresolvedSchema().getColumns().stream()
                .map(column -> (Schema.UnresolvedPhysicalColumn) column)
                .map(column -> column.getName() + " " + ((DataType) column.getDataType()).getLogicalType())
                .toList();
    }

    @Test
    void aTopicOfCompactedChangesHasItsKeyAsPrimaryKey() {
        CatalogTable table = table(COMPACTED, null, PAIR);
        assertEquals(List.of("key BYTES NOT NULL", "id INT NOT NULL", "name STRING"), columns(table));
        assertEquals(List.of("key"), table.getUnresolvedSchema().getPrimaryKey().orElseThrow().getColumnNames());
        assertEquals("upsert", table.getOptions().get("changelog.mode"));
        assertEquals("delete-compact", table.getOptions().get("kafka.cleanup-policy"));
        assertEquals(List.of("key"), table.getDistribution().orElseThrow().getBucketKeys());
        assertEquals(Optional.of(3), table.getDistribution().orElseThrow().getBucketCount());
    }

    @Test
    void aKeyWithinTheValueNeedsTheSameTypes() {
        String key = "{\"type\":\"record\",\"name\":\"k\",\"fields\":[{\"name\":\"id\",\"type\":\"int\"}]}";
        CatalogTable joint = table(Map.of(), key, PAIR);
        assertEquals("all", joint.getOptions().get("value.fields-include"));
        assertEquals(List.of("id INT NOT NULL", "name STRING"), columns(joint));
        CatalogTable disjoint = table(Map.of(), key.replace("\"int\"", "[\"null\",\"int\"]"), PAIR);
        assertEquals("key_", disjoint.getOptions().get("key.fields-prefix"));
        assertEquals(List.of("key_id INT", "id INT NOT NULL", "name STRING"), columns(disjoint));
    }

    @Test
    void optionsThatWereSetOverrideWhatIsInferred() {
        CatalogEntries.Table set =
                CatalogEntries.Table.ofTopic().withOptions(Map.of("changelog.mode", "append"), Set.of());
        CatalogTable table = table(COMPACTED, "\"long\"", PAIR, set);
        assertEquals("append", table.getOptions().get("changelog.mode"));
        assertEquals(List.of("key BIGINT NOT NULL", "id INT NOT NULL", "name STRING"), columns(table));
        assertTrue(table.getUnresolvedSchema().getPrimaryKey().isEmpty());
    }

    @Test
    void aDocIsAComment() {
        assertEquals(
                Optional.of("who"), table(Map.of(), null, PAIR).getUnresolvedSchema().getColumns().get(2).getComment());
    }

    @Test
    void aTableOfTheDdlIsNoEnvelopeEvenIfItsColumnsHaveThoseNames() {
        String value =
                "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"before\",\"type\":\"int\"},{\"name\":\"after\","
                        + "\"type\":{\"type\":\"record\",\"name\":\"a\",\"fields\":[]}},{\"name\":\"op\",\"type\":\"int\"}]}";
        CatalogEntries.Table ddl =
                new CatalogEntries.Table(
                        List.of("before", "after", "op"), List.of(), List.of(), Map.of(), null, List.of(), null, Map.of());
        assertEquals(3, columns(table(Map.of(), null, value, ddl)).size());
        assertEquals("avro-debezium-registry", table(Map.of(), null, value).getOptions().get("value.format"));
    }

    @Test
    void aSchemaOfWhichNoTableCanBeMadeNamesItsTopic() {
        String why =
                assertThrows(UserException.class, () -> table(Map.of(), null, "{\"type\":\"enum\",\"name\":\"e\"}"))
                        .getMessage();
        assertTrue(why.startsWith("The topic 't' cannot be a table: The Avro schema is not valid: "), why);
    }

    @Test
    void aSettingKeepsTheWordsOfTheDdlWhileItSaysTheSame() {
        Map<String, String> given = Map.of("kafka.retention.time", "1 h", "kafka.retention.size", "1 gb");
        Map<String, String> options =
                TopicSettings.toOptions(Map.of("retention.ms", "3600000", "retention.bytes", "-1"), given);
        assertEquals(Map.of("kafka.retention.time", "1 h", "kafka.retention.size", "0 bytes"), options);
        Map<String, String> changed = TopicSettings.toOptions(Map.of("retention.ms", "172800000"), given);
        assertEquals(Map.of("kafka.retention.time", "2 d"), changed);
    }
}
