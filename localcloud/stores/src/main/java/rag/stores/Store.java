package rag.stores;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.AbstractMongoBackend;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.backend.aggregation.Aggregation;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.oplog.NoopOplog;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A MongoDB server's commands: those of the library, on documents that are kept, and those of Atlas Vector Search. */
final class Store extends AbstractMongoBackend {

    private static final Logger LOG = LoggerFactory.getLogger(Store.class);
    private static final int FIRST_BATCH = 101; // MongoDB's own
    private static final int LATER_BATCH = 1000;

    private final Journal journal;
    private final Logins logins;
    private final SearchIndexes searchIndexes;
    private final Map<String, StoredDatabase> opened = new ConcurrentHashMap<>();
    private final ReadWriteLock changing = new ReentrantReadWriteLock();
    private volatile boolean restoring = true;

    Store(Journal.Opened opened, Logins logins) {
        this.journal = opened.journal();
        this.logins = logins;
        this.searchIndexes = new SearchIndexes(new Recorded());
        version(new Version());
        restore(opened.documents());
        this.restoring = false;
    }

    /** What clients are told: one that has all that they need, and whose wire protocol the current drivers speak. */
    private static final class Version implements MongoVersion {

        @Override
        public List<Integer> getVersionArray() {
            return List.of(7, 0, 0);
        }

        @Override
        public int getWireVersion() {
            return 21;
        }
    }

    /** What is read from the journal is not written to it again. */
    private final class Recorded implements Changes {

        @Override
        public void put(String namespace, Object key, Document document) {
            if (!restoring) {
                journal.put(namespace, key, document);
            }
        }

        @Override
        public void remove(String namespace, Object key) {
            if (!restoring) {
                journal.remove(namespace, key);
            }
        }

        @Override
        public void removeAll(String namespace) {
            searchIndexes.dropAll(namespace);
            if (!restoring) {
                journal.removeAll(namespace);
            }
        }
    }

    private void restore(Map<String, Map<Object, Document>> documents) {
        Map<String, Map<String, Collection<Document>>> databases = new LinkedHashMap<>();
        documents.forEach(
                (namespace, byKey) -> {
                    if (!namespace.equals(SearchIndexes.NAMESPACE)) {
                        databases.computeIfAbsent(Utils.getDatabaseNameFromFullName(namespace), name -> new LinkedHashMap<>())
                                .put(Utils.getCollectionNameFromFullName(namespace), byKey.values());
                    }
                });
        databases.forEach((name, collections) -> ((StoredDatabase) resolveDatabase(name)).restore(collections));
        searchIndexes.restore(
                documents.getOrDefault(SearchIndexes.NAMESPACE, Map.of()).values(),
                namespace ->
                        find(
                                Utils.getDatabaseNameFromFullName(namespace),
                                Utils.getCollectionNameFromFullName(namespace)));
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
        return opened.computeIfAbsent(name, key -> new StoredDatabase(key, getCursorRegistry(), new Recorded()));
    }

    @Override
    public void dropDatabase(String name) {
        super.dropDatabase(name);
        opened.remove(name);
    }

    /** The collection of that name, or {@code null}. */
    private StoredCollection find(String database, String collection) {
        StoredDatabase found = opened.get(database);
        return found == null ? null : found.find(collection);
    }

    // Commands --------------------------------------------------------------------------------------------------------

    /** What a client sends may be anything; what the library makes of that is for the log, without the documents. */
    @Override
    public Document handleMessage(MongoMessage message) {
        try {
            return super.handleMessage(message);
        } catch (MongoServerException e) {
            throw e;
        } catch (RuntimeException e) {
            String command = message.getDocument().keySet().stream().findFirst().orElse("");
            LOG.error("The command {} failed", command, e);
            throw new MongoServerError(
                    1,
                    "InternalError",
                    "The MongoDB server of the local cloud cannot do the command '" + command + "' as it was sent.");
        }
    }

    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
        switch (command.toLowerCase(Locale.ROOT)) {
            case "hello":
            case "ismaster":
                return greeting(query);
            case "saslstart":
                return logins.start(channel, database, query);
            case "saslcontinue":
                return logins.proceed(channel, query);
            default:
                break;
        }
        if (!logins.isIn(channel)) {
            throw Refusal.unauthorized(command);
        }
        Document answer = committed(() -> served(channel, database, command, query));
        rewriteIfDue();
        return answer;
    }

    private Document greeting(Document query) {
        Document answer = super.handleCommand(null, "admin", "isMaster", query);
        answer.put("isWritablePrimary", true);
        answer.put("helloOk", true);
        logins.addMechanisms(query, answer);
        return answer;
    }

    /** Runs a command; it is answered when what it changed is in the journal. */
    private Document committed(Supplier<Document> command) {
        changing.readLock().lock();
        try {
            return command.get();
        } finally {
            try {
                journal.commit();
            } finally {
                changing.readLock().unlock();
            }
        }
    }

    private void rewriteIfDue() {
        if (!journal.isDueForRewrite()) {
            return;
        }
        changing.writeLock().lock();
        try {
            if (journal.isDueForRewrite()) {
                journal.rewrite(this::writeTo);
            }
        } finally {
            changing.writeLock().unlock();
        }
    }

    private void writeTo(Journal.Writer writer) {
        opened.values().stream()
                .flatMap(database -> database.all().stream())
                .forEach(
                        collection ->
                                collection.forEach(
                                        (key, document) -> writer.put(collection.getFullName(), key, document)));
        searchIndexes.forEach((key, document) -> writer.put(SearchIndexes.NAMESPACE, key, document));
    }

    private Document served(Channel channel, String database, String command, Document query) {
        switch (command) {
            case "connectionStatus":
                return logins.status();
            case "serverStatus":
                return super.getServerStatus();
            case "createSearchIndexes":
                return searchIndexes.create(namespace(database, command, query), required(database, command, query), query);
            case "updateSearchIndex":
                searchIndexes.update(namespace(database, command, query), required(database, command, query), query);
                return done();
            case "dropSearchIndex":
                searchIndexes.drop(namespace(database, command, query), required(database, command, query), query);
                return done();
            case "listSearchIndexes":
                String listed = namespace(database, command, query);
                return firstBatch(listed, searchIndexes.list(listed, query));
            case "aggregate":
                return aggregate(channel, database, query);
            case "find":
                query.putIfAbsent("batchSize", FIRST_BATCH);
                break;
            case "getMore":
                query.putIfAbsent("batchSize", LATER_BATCH);
                break;
            default:
                break;
        }
        Optional<String> operations = Bulk.operations(command);
        if (operations.isPresent()) {
            return Bulk.run(
                    query, operations.get(), single -> super.handleCommand(channel, database, command, single));
        }
        return super.handleCommand(channel, database, command, query);
    }

    private static String namespace(String database, String command, Document query) {
        return database + "." + query.get(command);
    }

    private StoredCollection required(String database, String command, Document query) {
        StoredCollection collection = find(database, String.valueOf(query.get(command)));
        if (collection == null) {
            throw Refusal.noCollection(namespace(database, command, query));
        }
        return collection;
    }

    private Document aggregate(Channel channel, String database, Document query) {
        List<Document> stages = Aggregation.parse(query.get("pipeline"));
        String namespace = namespace(database, "aggregate", query);
        Document first = stages.isEmpty() ? new Document() : stages.get(0);
        if (first.get("$listSearchIndexes") instanceof Document which) {
            List<Document> later = stages.subList(1, stages.size());
            return run(database, namespace, searchIndexes.list(namespace, which), later);
        }
        if (first.containsKey(VectorSearch.STAGE)) {
            Optional<VectorSearch> search =
                    VectorSearch.of(
                            first.get(VectorSearch.STAGE), name -> searchIndexes.find(namespace, name));
            StoredCollection collection = find(database, String.valueOf(query.get("aggregate")));
            List<Document> found = search.map(asked -> asked.run(collection)).orElse(List.of());
            return run(database, namespace, found, VectorSearch.later(stages.subList(1, stages.size())));
        }
        if (stages.stream().anyMatch(stage -> stage.containsKey(VectorSearch.STAGE))) {
            throw new MongoServerError(40602, "$vectorSearch is only valid as the first stage in a pipeline.");
        }
        return super.handleCommand(channel, database, "aggregate", query);
    }

    private Document run(String database, String namespace, List<Document> documents, List<Document> stages) {
        Aggregation aggregation =
                Aggregation.fromPipeline(
                        stages, this::resolveDatabase, resolveDatabase(database), null, NoopOplog.get());
        Stream<Document> copies = documents.stream().map(Document::clone);
        return firstBatch(namespace, new ArrayList<>(aggregation.runStages(copies)));
    }

    private static Document firstBatch(String namespace, List<Document> documents) {
        Document cursor = new Document("id", 0L).append("ns", namespace).append("firstBatch", documents);
        return new Document("cursor", cursor).append("ok", 1.0);
    }

    private static Document done() {
        return new Document("ok", 1.0);
    }

    // The old wire protocol, which no driver uses any more but for its first message ------------------------------------

    @Override
    public Document getServerStatus() {
        throw Refusal.unauthorized("serverStatus");
    }

    @Override
    public Collection<Document> getCurrentOperations(MongoQuery query) {
        throw Refusal.unauthorized("currentOp");
    }

    @Override
    public QueryResult handleQuery(MongoQuery query) {
        throw Refusal.unauthorized("find");
    }

    // Ends ------------------------------------------------------------------------------------------------------------

    @Override
    public void handleClose(Channel channel) {
        logins.forget(channel);
        super.handleClose(channel);
    }

    @Override
    public void close() {
        super.close();
        journal.close();
    }
}
