package rag.stores;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One {@code $vectorSearch} stage, read and checked against its index.
 *
 * <p>{@code numCandidates} is checked and has no effect: all vectors are compared.
 */
record VectorSearch(SearchIndex index, float[] query, int limit, Document filter) {

    static final String STAGE = "$vectorSearch";

    /** The field that has the score while the later stages run. */
    static final String SCORE = "__vectorSearchScore";

    private static final int MOST_CANDIDATES = 10_000;

    /** Finds an index by its name. */
    interface Indexes {
        Optional<SearchIndex> find(String name);
    }

    /** Empty if there is no such index: Atlas answers no documents then, and no error. */
    static Optional<VectorSearch> of(Object stage, Indexes indexes) {
        if (!(stage instanceof Document asked)) {
            throw Refusal.search("\"$vectorSearch\" must be a document.");
        }
        String path = text(asked, "path");
        String name = text(asked, "index");
        float[] query =
                Vectors.numbers(asked.get("queryVector"))
                        .orElseThrow(() -> Refusal.search("\"queryVector\" is required, a list of numbers."));
        int limit = atLeastOne(asked, "limit");
        checkCandidates(asked, limit);
        Document filter = asked.get("filter") instanceof Document document ? document : new Document();
        return indexes.find(name)
                .map(
                        index -> {
                            check(index, path, query, filter);
                            return new VectorSearch(index, query, limit, filter);
                        });
    }

    private static void checkCandidates(Document asked, int limit) {
        if (Boolean.TRUE.equals(asked.get("exact"))) {
            if (asked.containsKey("numCandidates")) {
                throw Refusal.search("\"numCandidates\" must be omitted when \"exact\" is set to true");
            }
            return;
        }
        int candidates = atLeastOne(asked, "numCandidates");
        if (candidates > MOST_CANDIDATES) {
            throw Refusal.search("\"numCandidates\" must be within bounds [1, " + MOST_CANDIDATES + "]");
        }
        if (candidates < limit) {
            throw Refusal.search("\"numCandidates\" must be greater than or equal to \"limit\"");
        }
    }

    private static void check(SearchIndex index, String path, float[] query, Document filter) {
        if (!index.vector().path().equals(path)) {
            throw Refusal.search(path + " is not indexed as vector");
        }
        if (index.vector().dimensions() != query.length) {
            throw Refusal.search(
                    "vector field is indexed with " + index.vector().dimensions() + " dimensions but queried with "
                            + query.length);
        }
        for (String filtered : paths(filter)) {
            if (!index.filters().contains(filtered)) {
                throw Refusal.search("Path '" + filtered + "' needs to be indexed as filter");
            }
        }
    }

    /** The fields that a query names, also within {@code $and} and the like. */
    private static Set<String> paths(Document query) {
        Set<String> paths = new HashSet<>();
        query.forEach(
                (key, value) -> {
                    if (!key.startsWith("$")) {
                        paths.add(key);
                    } else if (value instanceof Collection<?> parts) {
                        parts.stream()
                                .filter(Document.class::isInstance)
                                .forEach(part -> paths.addAll(paths((Document) part)));
                    }
                });
        return paths;
    }

    private static String text(Document asked, String key) {
        if (asked.get(key) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw Refusal.search("\"" + key + "\" is required");
    }

    private static int atLeastOne(Document asked, String key) {
        if (!(asked.get(key) instanceof Number number)) {
            throw Refusal.search("\"" + key + "\" is required");
        }
        if (number.longValue() < 1) {
            throw Refusal.search("\"" + key + "\" must be positive");
        }
        return (int) Math.min(Integer.MAX_VALUE, number.longValue());
    }

    /** The documents found, each with its score in {@link #SCORE}. */
    List<Document> run(StoredCollection collection) {
        return collection.nearest(index.name(), query, limit, filter).stream()
                .map(found -> found.document().append(SCORE, found.score()))
                .toList();
    }

    /** The later stages of a pipeline, with the field that has the score for {@code {$meta: "vectorSearchScore"}}. */
    static List<Document> later(List<Document> stages) {
        List<Document> later = new ArrayList<>();
        stages.forEach(stage -> later.add((Document) withScore(stage)));
        later.add(new Document("$unset", SCORE));
        return later;
    }

    private static Object withScore(Object value) {
        if (value instanceof Document document) {
            if ("vectorSearchScore".equals(document.get("$meta"))) {
                return "$" + SCORE;
            }
            Document changed = new Document();
            for (Map.Entry<String, Object> entry : document.entrySet()) {
                changed.put(entry.getKey(), withScore(entry.getValue()));
            }
            return changed;
        }
        if (value instanceof Collection<?> list) {
            List<Object> changed = new ArrayList<>();
            list.forEach(each -> changed.add(withScore(each)));
            return changed;
        }
        return value;
    }
}
