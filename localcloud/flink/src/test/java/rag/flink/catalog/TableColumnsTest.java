package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.junit.jupiter.api.Test;
import rag.flink.UserException;
import rag.flink.catalog.SchemaRegistry.Registered;
import rag.flink.format.AvroSchemas;
import rag.flink.format.JsonSchemas;

class TableColumnsTest {

    private static final Column ID = Column.physical("id", DataTypes.INT());
    private static final CatalogTable TABLE = table(Map.of("value.format", "avro-registry"), ID);
    private static final CatalogEntries.Table INFERRED = CatalogEntries.Table.ofTopic();

    private static CatalogTable table(Map<String, String> options, Column... columns) {
        Schema schema = Schema.newBuilder().fromResolvedSchema(ResolvedSchema.of(columns)).build();
        return CatalogTable.newBuilder().schema(schema).options(options).build();
    }

    private static CatalogEntries.Table changed(CatalogTable before, Column... columns) {
        ResolvedCatalogTable after = new ResolvedCatalogTable(table(Map.of(), columns), ResolvedSchema.of(columns));
        return TableColumns.changed("t", before, after, INFERRED);
    }

    private static String refusal(CatalogTable before, Column... columns) {
        return assertThrows(UserException.class, () -> changed(before, columns)).getMessage();
    }

    @Test
    void metadataColumnsAreKeptBesideTheSchema() {
        Column part = Column.metadata("part", DataTypes.INT(), "partition", true);
        CatalogEntries.Table entry = changed(TABLE, ID, part);
        assertEquals(List.of("part"), entry.derived().stream().map(CatalogEntries.Derived::name).toList());
        assertTrue(entry.isInferred());
        assertNull(entry.watermark());
    }

    @Test
    void columnsOfTheRecordsAreThoseOfTheSchema() {
        assertTrue(refusal(TABLE, ID, Column.physical("more", DataTypes.INT())).contains("cannot be added"));
        assertTrue(refusal(TABLE).contains("cannot be dropped or renamed"));
        assertTrue(refusal(TABLE, Column.physical("id", DataTypes.STRING())).contains("cannot be changed"));
    }

    @Test
    void aRawKeyTakesASimpleType() {
        CatalogTable raw =
                table(Map.of("key.format", "raw", "value.format", "avro-registry"), Column.physical("key", DataTypes.BYTES()), ID);
        assertEquals(Map.of("key", "VARCHAR(2147483647)"), changed(raw, Column.physical("key", DataTypes.STRING()), ID).raw());
        String said = refusal(raw, Column.physical("key", DataTypes.ARRAY(DataTypes.INT())), ID);
        assertTrue(said.startsWith("'key.format' = 'raw' needs"), said);
    }

    @Test
    void metadataThatATopicHasNotIsRefused() {
        assertTrue(refusal(TABLE, ID, Column.metadata("p", DataTypes.INT(), "partitions", true)).contains("mean 'partition'?"));
        String said = refusal(TABLE, ID, Column.metadata("at", DataTypes.ARRAY(DataTypes.INT()), "timestamp", true));
        assertTrue(said.endsWith("cannot be ARRAY<INT>: write TIMESTAMP_LTZ(3)."), said);
    }

    @Test
    void metadataThatIsReadAloneIsRefusedWhereATableIsWritten() {
        Column place = Column.metadata("offset", DataTypes.BIGINT(), null, false);
        assertEquals(List.of("offset"), changed(TABLE, ID, place).derived().stream().map(CatalogEntries.Derived::name).toList());
        String said =
                assertThrows(UserException.class, () -> MetadataColumns.requireWritable(List.of(ID, place))).getMessage();
        assertEquals(
                "The column 'offset' cannot be written, because 'offset' is only read: write METADATA VIRTUAL, by ALTER TABLE"
                        + " ... MODIFY where the table is there.",
                said);
        MetadataColumns.requireWritable(
                List.of(
                        ID,
                        Column.metadata("offset", DataTypes.BIGINT(), null, true),
                        Column.metadata("at", DataTypes.TIMESTAMP_LTZ(3), "timestamp", false)));
    }

    @Test
    void aDeadLetterQueueIsReadBackAsItIsMade() {
        List<CatalogTable> read = new ArrayList<>();
        for (String type : List.of("AVRO", "JSON")) {
            String schema =
                    type.equals("AVRO")
                            ? AvroSchemas.schemaOf(DeadLetters.row(), "error_log_value")
                            : JsonSchemas.schemaOf(DeadLetters.row(), "error_log_value");
            NewTable made = NewTable.of("error_log", DeadLetters.table());
            Topic topic =
                    new Topic("error_log", 6, Map.of(), Optional.empty(), Optional.of(new Registered(1, type, schema)));
            read.add(TopicTables.tableOf(topic, Optional.of(made.entry()), false));
        }
        read.forEach(table -> DeadLetters.requireColumns("error_log", table));
        assertThrows(UserException.class, () -> DeadLetters.requireColumns("t", TABLE));
        assertThrows(UserException.class, () -> DeadLetters.requireOther("t", "t"));
    }
}
