package rag.stores;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.bwaldvogel.mongo.bson.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("documents.bson");
    }

    private static Document numbered(int number) {
        return new Document("_id", number).append("vector", List.of(0.5, 1.5));
    }

    private Map<String, Map<Object, Document>> read() throws Exception {
        Journal.Opened opened = Journal.open(file);
        opened.journal().close();
        return opened.documents();
    }

    private void write(int... numbers) throws Exception {
        Journal journal = Journal.open(file).journal();
        for (int number : numbers) {
            journal.put("store.products", number, numbered(number));
        }
        journal.commit();
        journal.close();
    }

    @Test
    void theLastChangeOfADocumentHolds() throws Exception {
        Journal journal = Journal.open(file).journal();
        journal.put("store.products", 1, new Document("_id", 1));
        journal.put("store.products", 2, numbered(2));
        journal.put("store.products", 1, numbered(1));
        journal.remove("store.products", 2);
        journal.put("store.gone", 1, numbered(1));
        journal.removeAll("store.gone");
        journal.commit();
        journal.close();
        assertEquals(Map.of("store.products", Map.of(1, numbered(1))), read());
    }

    @Test
    void documentsAreKeysToo() throws Exception {
        Document key = new Document("product_id", 7);
        Journal journal = Journal.open(file).journal();
        journal.put("store.products", key, new Document("_id", key));
        journal.commit();
        journal.remove("store.products", key);
        journal.commit();
        journal.close();
        assertEquals(Map.of("store.products", Map.of()), read());
    }

    @Test
    void whatWasNotCommittedIsNotThere() throws Exception {
        Journal journal = Journal.open(file).journal();
        journal.put("store.products", 1, numbered(1));
        journal.close();
        assertEquals(Map.of(), read());
    }

    @Test
    void aRecordCutShortIsDroppedAndWrittenOver() throws Exception {
        write(1, 2);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 3));
        assertEquals(Map.of("store.products", Map.of(1, numbered(1))), read());
        write(3);
        assertEquals(Map.of("store.products", Map.of(1, numbered(1), 3, numbered(3))), read());
    }

    @Test
    void zerosOfAPowerCutAreNoRecords() throws Exception {
        write(1);
        Files.write(file, new byte[100], StandardOpenOption.APPEND);
        assertEquals(Map.of("store.products", Map.of(1, numbered(1))), read());
    }

    @Test
    void damageIsToldAndTheFileLeftAlone() throws IOException {
        Files.write(file, "this is no journal at all".getBytes());
        Journal.DamagedException damage = assertThrows(Journal.DamagedException.class, () -> Journal.open(file));
        assertTrue(damage.getMessage().startsWith(file + " is damaged at byte 0: put a copy of it back"));
        assertEquals("this is no journal at all", Files.readString(file));
    }

    @Test
    void rewrittenItHasWhatIsThereAlone() throws Exception {
        Journal journal = Journal.open(file).journal();
        Document large = new Document("_id", 1).append("text", "x".repeat(1 << 20));
        int changes = 0;
        while (!journal.isDueForRewrite()) {
            journal.put("store.products", 1, large);
            journal.commit();
            changes++;
        }
        long before = Files.size(file);
        journal.rewrite(writer -> writer.put("store.products", 1, large));
        assertFalse(journal.isDueForRewrite());
        assertTrue(Files.size(file) < before / (changes - 1));
        journal.put("store.products", 2, numbered(2));
        journal.commit();
        journal.close();
        assertEquals(Map.of("store.products", Map.of(1, large, 2, numbered(2))), read());
    }
}
