package rag.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

    private static String refusal(Settings settings, Map<String, String> given) {
        return assertThrows(UserException.class, () -> settings.requireServed(given)).getMessage();
    }

    @Test
    void allUnknownKeysAreNamedAndNoneOfTheirValues() {
        String said = refusal(Settings.TABLE, Map.of("vlaue.format", "avro-registry", "apikey", "s3cr3t"));
        assertTrue(
                said.startsWith(
                        "Unsupported options found: 'apikey', 'vlaue.format'. Did you mean 'value.format'? Supported options: "),
                said);
        assertTrue(said.contains("'value.format'") && !said.contains("s3cr3t") && !said.contains("kafka.partitions"));
        said = refusal(Settings.STATEMENT, Map.of("table.exec.state.ttl", "1 h"));
        assertTrue(said.startsWith("Unsupported configuration options found: 'table.exec.state.ttl'."), said);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', value = {
        "kafka.partitions, 3, write DISTRIBUTED INTO n BUCKETS instead.",
        "error-handling.mode, warn, \"use one of 'fail', 'ignore', 'log'.\"",
        "error-handling.log.target, a b, is not the name of a table in the same database.",
        "kafka.retention.time, long, is not a duration; write one like '7 d' or '1 h'.",
        "kafka.max-message-size, big, is not a size; write one like '8 mb'.",
        "scan.startup.specific-offsets, 0:3, write one like",
        "mongodb.numCandidates, 20000, must be a number from 1 to 10000.",
        "late-handling.mode, filter, 'pass-through'",
        "value.avro-registry.schema-context, .lsrc-abc, schemas are in the default context.",
        "key.json-registry.id-encoding, header, 'payload'",
        "connector, rest, 'confluent'",
        "value.format, proto-registry, \"use one of 'avro-registry', 'json-registry', 'raw', \"",
        "scan.startup.timestamp-millis, soon, write the milliseconds since 1970.",
        "scan.startup.mode, group-offsets, \"use one of 'earliest-offset'\""
    })
    void whatConfluentKnowsAndIsNotDoneHereIsRefusedWithARemedy(String key, String value, String remedy) {
        String said = refusal(Settings.TABLE, Map.of(key, value));
        assertTrue(said.startsWith("'" + key + "'") && said.contains(remedy) && said.endsWith("."), said);
    }

    @Test
    void whatIsDoneHereIsTaken() {
        Settings.TABLE.requireServed(
                Map.of(
                        "value.avro-registry.id-encoding", "payload",
                        "scan.startup.specific-offsets", "partition:0,offset:42; partition:1,offset:300",
                        "error-handling.mode", "log",
                        "kafka.compaction.time", "0 ms",
                        "kafka.retention.time", "7 d",
                        "changelog.mode", "retract"));
        Settings.STATEMENT.requireServed(Map.of("sql.dry-run", "true", "sql.snapshot.write-mode", "default"));
        Settings.TABLE.requireKnown(List.of("kafka.partitions"));
    }

    @Test
    void aRowHasAKeyAndSaysWhatItDoes() {
        Listing.lines("options.tsv")
                .forEach(
                        columns -> {
                            assertEquals(8, columns.length, columns[1]);
                            for (String column : columns) {
                                assertEquals(column, column.strip(), columns[1]);
                            }
                            for (int named : new int[] {0, 1, 5, 6, 7}) {
                                assertFalse(columns[named].isEmpty(), columns[1]);
                            }
                        });
    }

    @Test
    void aDefaultThatIsAValueIsTaken() {
        Listing.lines("options.tsv")
                .filter(columns -> !columns[4].isEmpty() && columns[3].startsWith("<"))
                .filter(columns -> !columns[4].contains(",") && !columns[4].startsWith("the "))
                .forEach(columns -> assertTrue(Values.fault(columns[3], columns[4], false).isEmpty(), columns[1]));
    }

    @Test
    void namesThatAreLikeNothingGetNoHint() {
        assertEquals("", Settings.TABLE.hint("path"));
        assertEquals(" Did you mean 'sql.state-ttl'?", Settings.STATEMENT.hint("sql.state.ttl"));
        assertEquals(" Did you mean 'partition'?", Settings.METADATA.hint("partitions"));
    }
}
