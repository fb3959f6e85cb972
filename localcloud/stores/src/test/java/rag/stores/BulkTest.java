package rag.stores;

import static org.junit.jupiter.api.Assertions.assertEquals;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

class BulkTest {

    private final List<Object> asked = new ArrayList<>();

    /** Fails for text, and answers for a number as MongoDB's server does. */
    private Document one(Document command) {
        Object operation = ((Collection<?>) command.get("updates")).iterator().next();
        asked.add(operation);
        if (operation instanceof String) {
            throw new MongoServerError(11000, "DuplicateKey", "E11000 duplicate key");
        }
        Document upserted = new Document("index", 0).append("_id", operation);
        return new Document("n", 1).append("nModified", 0).append("upserted", List.of(upserted));
    }

    private Document run(Document command) {
        return Bulk.run(command, "updates", this::one);
    }

    @Test
    void anOrderedOneStopsAtItsFirstError() {
        Document answer = run(new Document("updates", List.of(1, "bad", "worse", 4)));
        assertEquals(List.of(1, "bad"), asked);
        Document error =
                new Document("index", 1).append("code", 11000).append("errmsg", "E11000 duplicate key");
        assertEquals(List.of(error), answer.get("writeErrors"));
        assertEquals(1, answer.get("n"));
    }

    @Test
    void anUnorderedOneDoesTheRest() {
        Document answer = run(new Document("updates", List.of("bad", 2, "worse", 4)).append("ordered", false));
        assertEquals(List.of("bad", 2, "worse", 4), asked);
        assertEquals(
                List.of(0, 2),
                ((List<?>) answer.get("writeErrors")).stream().map(each -> ((Document) each).get("index")).toList());
        assertEquals(
                List.of(new Document("index", 1).append("_id", 2), new Document("index", 3).append("_id", 4)),
                answer.get("upserted"));
        assertEquals(2, answer.get("n"));
    }
}
