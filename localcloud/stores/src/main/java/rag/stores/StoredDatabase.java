package rag.stores;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.AbstractSynchronizedMongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.memory.index.MemoryUniqueIndex;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A database in memory whose collections, also those that describe it, are recorded in a journal. */
final class StoredDatabase extends AbstractSynchronizedMongoDatabase<Integer> {

    private static final String NAMESPACES = "system.namespaces";
    private static final String INDEXES = "system.indexes";

    private final Changes changes;
    private final Map<String, StoredCollection> opened = new ConcurrentHashMap<>();

    StoredDatabase(String name, CursorRegistry cursors, Changes changes) {
        super(name, cursors);
        this.changes = changes;
        initializeNamespacesAndIndexes();
    }

    /** What the journal has of a database: documents by key by collection. */
    void restore(Map<String, Collection<Document>> collections) {
        String prefix = getDatabaseName() + ".";
        for (Document entry : collections.getOrDefault(NAMESPACES, List.of())) {
            String name = ((String) entry.get("name")).substring(prefix.length());
            MongoCollection<Integer> collection =
                    createCollectionOrThrowIfExists(name, CollectionOptions.withDefaults());
            collection.addDocuments(collections.getOrDefault(name, List.of()).stream());
        }
        // After the documents: a unique index is built once instead of being asked for each of them.
        collections.getOrDefault(INDEXES, List.of()).forEach(this::addIndex);
    }

    /** Every collection, also those that describe the database. */
    Collection<StoredCollection> all() {
        return opened.values();
    }

    void forget(StoredCollection collection) {
        opened.values().remove(collection);
    }

    void adopt(StoredCollection collection) {
        opened.put(collection.getCollectionName(), collection);
    }

    /** The collection of that name, or {@code null}. */
    StoredCollection find(String name) {
        return (StoredCollection) resolveCollection(name, false);
    }

    @Override
    protected MongoCollection<Integer> openOrCreateCollection(String name, CollectionOptions options) {
        return opened.computeIfAbsent(name, key -> new StoredCollection(this, key, options, cursorRegistry, changes));
    }

    @Override
    protected Index<Integer> openOrCreateUniqueIndex(
            String collection, String name, List<IndexKey> keys, boolean sparse) {
        return new MemoryUniqueIndex(name, keys, sparse);
    }

    @Override
    protected long getStorageSize() {
        return 0;
    }

    @Override
    protected long getFileSize() {
        return 0;
    }
}
