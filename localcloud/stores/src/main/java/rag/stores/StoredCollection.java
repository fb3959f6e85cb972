package rag.stores;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DefaultQueryMatcher;
import de.bwaldvogel.mongo.backend.QueryMatcher;
import de.bwaldvogel.mongo.backend.memory.MemoryCollection;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A collection in memory that tells of each change, and keeps the vectors of its search indexes beside the documents. */
final class StoredCollection extends MemoryCollection {

    private static final QueryMatcher MATCHER = new DefaultQueryMatcher();

    private final Changes changes;
    private final Map<String, Vectors> vectors = new HashMap<>();

    StoredCollection(
            MongoDatabase database,
            String name,
            CollectionOptions options,
            CursorRegistry cursors,
            Changes changes) {
        super(database, name, options, cursors);
        this.changes = changes;
    }

    /** A document that a search found, and how near it is. */
    record Found(Document document, double score) {}

    /** Documents without an id of their own are their own key. */
    private Object keyOf(Document document) {
        return getIdField() == null ? document : document.get(getIdField());
    }

    @Override
    protected Integer addDocumentInternal(Document document) {
        Numbers.compact(document);
        Integer position = super.addDocumentInternal(document);
        changes.put(getFullName(), keyOf(document), document);
        vectors.values().forEach(each -> each.put(position, document));
        return position;
    }

    @Override
    protected void handleUpdate(Integer position, Document before, Document after) {
        Numbers.compact(after);
        if (getIdField() == null) {
            changes.remove(getFullName(), before);
        }
        changes.put(getFullName(), keyOf(after), after);
        vectors.values().forEach(each -> each.put(position, after));
    }

    @Override
    protected void removeDocument(Integer position) {
        changes.remove(getFullName(), keyOf(getDocument(position)));
        vectors.values().forEach(each -> each.remove(position));
        super.removeDocument(position);
    }

    @Override
    public synchronized void renameTo(MongoDatabase database, String name) {
        changes.removeAll(getFullName());
        ((StoredDatabase) getDatabase()).forget(this);
        super.renameTo(database, name);
        ((StoredDatabase) database).adopt(this);
        forEach((key, document) -> changes.put(getFullName(), key, document));
    }

    @Override
    public synchronized void drop() {
        super.drop();
        changes.removeAll(getFullName());
        ((StoredDatabase) getDatabase()).forget(this);
    }

    /** The library encodes each document at each change only to know its size, which is seldom asked for. */
    @Override
    protected boolean tracksDataSize() {
        return false;
    }

    @Override
    protected synchronized int getDataSize() {
        long[] bytes = {0};
        ByteBuf buffer = Unpooled.buffer();
        forEach(
                (key, document) -> {
                    BsonEncoder.encodeDocument(document, buffer.clear());
                    bytes[0] += buffer.readableBytes();
                });
        return (int) Math.min(Integer.MAX_VALUE, bytes[0]);
    }

    /** Takes a document and its key in the journal. */
    interface Visitor {
        void visit(Object key, Document document);
    }

    synchronized void forEach(Visitor visitor) {
        streamAllDocumentsWithPosition()
                .map(each -> each.getDocument())
                .forEach(document -> visitor.visit(keyOf(document), document));
    }

    /** Keeps these vectors up to date from now on, as the index of that name. */
    synchronized void addVectors(String index, Vectors added) {
        streamAllDocumentsWithPosition().forEach(each -> added.put(each.getPosition(), each.getDocument()));
        vectors.put(index, added);
    }

    synchronized void removeVectors(String index) {
        vectors.remove(index);
    }

    /**
     * The documents nearest to a vector, the nearest first, of those that match the filter.
     *
     * @param filter a query; empty for all
     */
    synchronized List<Found> nearest(String index, float[] query, int limit, Document filter) {
        List<Found> found = new ArrayList<>();
        for (Vectors.Hit hit :
                vectors.get(index)
                        .nearest(
                                query,
                                limit,
                                position -> filter.isEmpty() || MATCHER.matches(getDocument(position), filter))) {
            found.add(new Found(getDocument(hit.position()).clone(), hit.score()));
        }
        return found;
    }
}
