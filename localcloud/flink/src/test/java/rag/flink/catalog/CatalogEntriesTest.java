package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rag.flink.Json;
import rag.flink.catalog.CatalogEntries.Derived;
import rag.flink.catalog.CatalogEntries.Generated;
import rag.flink.catalog.CatalogEntries.Table;
import rag.flink.catalog.CatalogEntries.Watermark;

class CatalogEntriesTest {

    private static CatalogEntries read(byte[] file) throws IOException {
        return Json.MAPPER.readValue(file, CatalogEntries.class);
    }

    @Test
    void aTableThatGeneratesItsRowsIsReadBackAsItWasWritten() throws IOException {
        Table declared =
                new Table(
                        List.of("id", "twice"),
                        List.of("id"),
                        List.of("id"),
                        Map.of("connector", "faker", "fields.id.expression", "1"),
                        "made up",
                        List.of(new Derived("twice", "INT", null, true, "`id` * 2", null)),
                        new Watermark("$rowtime", "`$rowtime`"),
                        Map.of());
        CatalogEntries written = CatalogEntries.empty();
        written.generated().put("numbers", new Generated(new Fields(List.of(new Fields.Field("id", "INT"))), 2, declared));
        CatalogEntries found = read(Json.bytes(written));
        assertEquals(written, found);
        assertEquals(declared, found.declared("numbers"));
    }

    @Test
    void anOlderFileHasNone() throws IOException {
        CatalogEntries found = read("{\"models\": {}, \"views\": {}, \"tables\": {}}".getBytes());
        assertTrue(found.generated().isEmpty() && found.isEmpty());
    }
}
