package rag.stores;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * {@code insert}, {@code update} and {@code delete}, one operation at a time.
 *
 * <p>An ordered one stops at its first error, as MongoDB does and the library does not: a connector that gets several
 * errors of an ordered write takes that for a fault of its own.
 */
final class Bulk {

    private static final Map<String, String> OPERATIONS =
            Map.of("insert", "documents", "update", "updates", "delete", "deletes");

    private final Document command;
    private final String list;
    private final UnaryOperator<Document> one;
    private int n;
    private int modified;
    private final List<Document> upserted = new ArrayList<>();
    private final List<Document> errors = new ArrayList<>();

    private Bulk(Document command, String list, UnaryOperator<Document> one) {
        this.command = command;
        this.list = list;
        this.one = one;
    }

    /** The name of the list that has a command's operations, if it is a bulk. */
    static Optional<String> operations(String command) {
        return Optional.ofNullable(OPERATIONS.get(command));
    }

    /** @param one runs the command with a single operation in its list */
    static Document run(Document command, String list, UnaryOperator<Document> one) {
        return new Bulk(command, list, one).run();
    }

    private Document run() {
        boolean ordered = !Boolean.FALSE.equals(command.get("ordered"));
        int index = 0;
        for (Object operation : (Collection<?>) command.get(list)) {
            run(operation, index++);
            if (ordered && !errors.isEmpty()) {
                break;
            }
        }
        Document answer = new Document("n", n);
        if (list.equals("updates")) {
            answer.append("nModified", modified);
        }
        if (!upserted.isEmpty()) {
            answer.append("upserted", upserted);
        }
        if (!errors.isEmpty()) {
            answer.append("writeErrors", errors);
        }
        return answer.append("ok", 1.0);
    }

    private void run(Object operation, int index) {
        Document single = command.clone();
        single.put(list, new ArrayList<>(List.of(operation)));
        Document answer;
        try {
            answer = one.apply(single);
        } catch (MongoServerError e) {
            errors.add(
                    new Document("index", index)
                            .append("code", e.getCode())
                            .append("errmsg", e.getMessageWithoutErrorCode()));
            return;
        }
        List<Document> failed = documents(answer, "writeErrors");
        failed.forEach(error -> errors.add(error.append("index", index)));
        if (failed.isEmpty()) { // the library counts an insert that failed
            n += ((Number) answer.get("n")).intValue();
            modified += ((Number) answer.getOrDefault("nModified", 0)).intValue();
        }
        documents(answer, "upserted").forEach(made -> upserted.add(made.append("index", index)));
    }

    private static List<Document> documents(Document answer, String key) {
        List<Document> found = new ArrayList<>();
        if (answer.get(key) instanceof Collection<?> list) {
            list.forEach(each -> found.add((Document) each));
        }
        return found;
    }
}
