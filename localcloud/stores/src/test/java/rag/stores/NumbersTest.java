package rag.stores;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class NumbersTest {

    @Test
    void aVectorIsPackedAndStaysEqual() {
        List<Object> vector = new ArrayList<>(Collections.nCopies(256, 0.25));
        Document document = new Document("vector", vector).append("name", "hat").append("none", null);
        Document before = document.cloneDeeply();
        Numbers.compact(document);
        assertInstanceOf(Numbers.class, document.get("vector"));
        assertEquals(before, document);
        assertEquals(document, before);
        assertEquals(before.hashCode(), document.hashCode());
    }

    @Test
    void otherListsAreLeftAlone() {
        List<Object> mixed = new ArrayList<>(Collections.nCopies(256, 0.25));
        mixed.set(100, 1);
        Document document = new Document("mixed", mixed).append("few", List.of(0.5));
        Numbers.compact(document);
        assertInstanceOf(ArrayList.class, document.get("mixed"));
        assertEquals(List.of(0.5), document.get("few"));
    }
}
