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
        assertTrue(said.startsWith("Unsupported options found: 'apikey', 'vlaue.format'. Supported options: "), said);
        assertTrue(said.contains("'value.format'") && !said.contains("s3cr3t") && !said.contains("kafka.partitions"));
        said = refusal(Settings.STATEMENT, Map.of("table.exec.state.ttl", "1 h"));
        assertTrue(said.startsWith("Unsupported configuration options found: 'table.exec.state.ttl'."), said);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', value = {
        "kafka.partitions, 3, write DISTRIBUTED INTO n BUCKETS instead.",
        "error-handling.mode, log, use 'fail': a record that cannot be read fails the statement.",
        "late-handling.mode, filter, 'pass-through'",
        "value.avro-registry.schema-context, .lsrc-abc, schemas are in the default context.",
        "key.json-registry.id-encoding, header, 'payload'",
        "connector, faker, 'confluent'",
        "value.format, proto-registry, \"use one of 'avro-registry', 'json-registry', 'raw'.\"",
        "scan.startup.timestamp-millis, soon, milliseconds since 1970",
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
                        "scan.startup.specific-offsets", "partition:0,offset:42;partition:1,offset:300",
                        "kafka.retention.time", "7 d",
                        "changelog.mode", "retract"));
        Settings.STATEMENT.requireServed(Map.of("sql.dry-run", "true", "sql.snapshot.write-mode", "default"));
        Settings.TABLE.requireKnown(List.of("kafka.partitions"));
    }

    @Test
    void aRowHasAKeyAndSaysWhatItDoes() {
        for (String list : List.of("table-options.tsv", "properties.tsv")) {
            for (Listing.Row row : Listing.read(list).rows()) {
                assertFalse(row.name().isBlank() || row.answer().isBlank() || row.text().isBlank(), row.name());
                assertEquals(row.text(), row.text().strip());
            }
        }
    }
}
