package rag.stores;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The search indexes of all collections, and the commands that make, show and change them. */
final class SearchIndexes {

    /** The journal's name for them, which no collection can have. */
    static final String NAMESPACE = "$searchIndexes";

    private static final String COLLECTION = "collection";

    private final Changes changes;
    private final Map<String, Map<String, SearchIndex>> indexes = new LinkedHashMap<>();

    SearchIndexes(Changes changes) {
        this.changes = changes;
    }

    /** Finds the collection of a full name, {@code null} if there is none. */
    interface Collections {
        StoredCollection find(String namespace);
    }

    synchronized void restore(Collection<Document> stored, Collections collections) {
        for (Document each : stored) {
            String namespace = (String) each.get(COLLECTION);
            StoredCollection collection = collections.find(namespace);
            if (collection != null) {
                keep(namespace, collection, SearchIndex.fromDocument(each));
            }
        }
    }

    synchronized void forEach(StoredCollection.Visitor visitor) {
        indexes.forEach(
                (namespace, named) ->
                        named.values().forEach(index -> visitor.visit(key(namespace, index), stored(namespace, index))));
    }

    private static Document key(String namespace, SearchIndex index) {
        return new Document(COLLECTION, namespace).append("name", index.name());
    }

    private static Document stored(String namespace, SearchIndex index) {
        return new Document(COLLECTION, namespace).appendAll(index.toDocument());
    }

    private void keep(String namespace, StoredCollection collection, SearchIndex index) {
        collection.addVectors(index.name(), new Vectors(index.vector()));
        indexes.computeIfAbsent(namespace, name -> new LinkedHashMap<>()).put(index.name(), index);
        changes.put(NAMESPACE, key(namespace, index), stored(namespace, index));
    }

    /** All of them, or none if one is refused. */
    synchronized Document create(String namespace, StoredCollection collection, Document command) {
        if (!(command.get("indexes") instanceof Collection<?> asked) || asked.isEmpty()) {
            throw Refusal.badValue("\"indexes\" is required, a list that is not empty.");
        }
        Map<String, SearchIndex> made = new LinkedHashMap<>();
        for (Object each : asked) {
            SearchIndex index = SearchIndex.of(each instanceof Document ? (Document) each : new Document());
            if (find(namespace, index.name()).isPresent() || made.putIfAbsent(index.name(), index) != null) {
                throw Refusal.duplicateSearchIndex();
            }
        }
        List<Document> shown = new ArrayList<>();
        made.values()
                .forEach(
                        index -> {
                            keep(namespace, collection, index);
                            shown.add(new Document("id", index.id()).append("name", index.name()));
                        });
        return new Document("indexesCreated", shown).append("ok", 1.0);
    }

    synchronized void update(String namespace, StoredCollection collection, Document command) {
        SearchIndex index = named(namespace, command);
        keep(namespace, collection, index.redefined(command.get("definition")));
    }

    synchronized void drop(String namespace, StoredCollection collection, Document command) {
        SearchIndex index = named(namespace, command);
        indexes.get(namespace).remove(index.name());
        collection.removeVectors(index.name());
        changes.remove(NAMESPACE, key(namespace, index));
    }

    /** They go with their collection. */
    synchronized void dropAll(String namespace) {
        Map<String, SearchIndex> dropped = indexes.remove(namespace);
        if (dropped != null) {
            dropped.values().forEach(index -> changes.remove(NAMESPACE, key(namespace, index)));
        }
    }

    private SearchIndex named(String namespace, Document command) {
        List<Document> found = list(namespace, command);
        String name = String.valueOf(command.getOrDefault("name", command.get("id")));
        if (found.size() != 1 || name.equals("null")) {
            throw Refusal.noSearchIndex(name);
        }
        return find(namespace, (String) found.get(0).get("name")).orElseThrow();
    }

    /** Those of a collection, or the one of that {@code name} or {@code id}. */
    synchronized List<Document> list(String namespace, Document which) {
        return indexes.getOrDefault(namespace, Map.of()).values().stream()
                .filter(index -> which.getOrDefault("name", index.name()).equals(index.name()))
                .filter(index -> which.getOrDefault("id", index.id()).equals(index.id()))
                .map(SearchIndex::shown)
                .toList();
    }

    synchronized Optional<SearchIndex> find(String namespace, String name) {
        return Optional.ofNullable(indexes.getOrDefault(namespace, Map.of()).get(name));
    }
}
