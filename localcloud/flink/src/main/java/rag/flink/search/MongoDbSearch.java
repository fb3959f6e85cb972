package rag.flink.search;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoCredential;
import com.mongodb.MongoException;
import com.mongodb.MongoSecurityException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import rag.flink.http.ProviderException;
import rag.flink.workspace.Connection;

/** Searches one collection with Atlas Vector Search; safe to use from several threads. */
final class MongoDbSearch implements SearchProvider.Search {

    private static final String USERS = "admin"; // Atlas has all of its users there
    private static final int DEFAULT_CANDIDATES = 20; // for each result, as MongoDB recommends
    private static final int MOST_CANDIDATES = 10_000;

    private final ExternalTable table;
    private final SearchProvider.SearchRequest request;
    private MongoClient client;
    private Connection connected;
    private boolean indexSeen;

    MongoDbSearch(SearchProvider.SearchRequest request) {
        this.request = request;
        this.table = request.table();
    }

    @Override
    public List<SearchProvider.Found> nearest(float[] vector) throws ProviderException {
        List<Double> numbers = new ArrayList<>(vector.length);
        for (float number : vector) {
            numbers.add((double) number);
        }
        Connection current = request.connection().get();
        try {
            return search(client(current), numbers).stream()
                    .map(each -> new SearchProvider.Found(each, ((Number) each.get(ExternalTable.SCORE)).doubleValue()))
                    .toList();
        } catch (MongoSecurityException e) {
            throw ProviderException.fault(
                    "the user name or the password of connection '" + current.name() + "' is wrong.");
        } catch (MongoCommandException e) {
            throw ProviderException.fault("MongoDB answered: " + e.getErrorMessage());
        } catch (MongoException e) {
            throw ProviderException.transientFault(
                    "the server at " + current.endpoint() + " did not answer within "
                            + request.options().timeout().toSeconds() + " s.");
        }
    }

    private List<Document> search(MongoClient open, List<Double> vector) throws ProviderException {
        MongoCollection<Document> collection =
                open.getDatabase(table.option(MongoDbProvider.DATABASE))
                        .getCollection(table.option(MongoDbProvider.COLLECTION));
        requireIndex(collection);
        int given = MongoDbProvider.numCandidates(table);
        int candidates =
                given > 0 ? given : Math.min(MOST_CANDIDATES, Math.max(100, DEFAULT_CANDIDATES * request.limit()));
        Document stage =
                new Document("index", table.option(MongoDbProvider.INDEX))
                        .append("path", request.vectorField())
                        .append("queryVector", vector)
                        .append("numCandidates", candidates)
                        .append("limit", request.limit());
        Document shown = new Document("_id", table.columnNames().contains("_id") ? 1 : 0);
        table.columnNames().forEach(column -> shown.append(column, 1));
        shown.append(ExternalTable.SCORE, new Document("$meta", "vectorSearchScore"));
        return collection
                .aggregate(List.of(new Document("$vectorSearch", stage), new Document("$project", shown)))
                .maxTime(request.options().timeout().toMillis(), TimeUnit.MILLISECONDS)
                .into(new ArrayList<>());
    }

    /** MongoDB finds nothing by an index that is not there, and says no word of it. */
    private void requireIndex(MongoCollection<Document> collection) throws ProviderException {
        synchronized (this) {
            if (indexSeen) {
                return;
            }
        }
        Document which = new Document("$listSearchIndexes", new Document("name", table.option(MongoDbProvider.INDEX)));
        boolean found;
        try {
            found = collection.aggregate(List.of(which)).first() != null;
        } catch (MongoSecurityException e) {
            throw e;
        } catch (MongoCommandException e) {
            found = true; // the user may not list indexes, or the server cannot: the search itself will tell
        }
        if (!found) {
            throw ProviderException.fault(
                    "collection '" + collection.getNamespace() + "' has no search index '" + table.option(MongoDbProvider.INDEX)
                            + "': create it, or name another one in 'mongodb.index'.");
        }
        synchronized (this) {
            indexSeen = true;
        }
    }

    private synchronized MongoClient client(Connection current) throws ProviderException {
        if (client == null || !current.equals(connected)) {
            close();
            client = MongoClients.create(settings(current));
            connected = current;
        }
        return client;
    }

    private MongoClientSettings settings(Connection current) throws ProviderException {
        ConnectionString endpoint;
        try {
            endpoint = new ConnectionString(current.endpoint());
        } catch (IllegalArgumentException e) {
            throw ProviderException.fault(
                    "the connection '" + current.name() + "' has the endpoint " + current.endpoint()
                            + ": it must look like mongodb+srv://cluster0.abcde.mongodb.net/ or mongodb://host:27017/.");
        }
        int millis = (int) request.options().timeout().toMillis();
        return MongoClientSettings.builder()
                .applyConnectionString(endpoint)
                .credential(
                        MongoCredential.createCredential(
                                current.secrets().getOrDefault("USERNAME", ""),
                                USERS,
                                current.secrets().getOrDefault("PASSWORD", "").toCharArray()))
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(millis, TimeUnit.MILLISECONDS))
                .applyToSocketSettings(
                        socket ->
                                socket.connectTimeout(millis, TimeUnit.MILLISECONDS)
                                        .readTimeout(millis, TimeUnit.MILLISECONDS))
                .applyToConnectionPoolSettings(pool -> pool.maxSize(request.options().parallelism()))
                .applicationName("localcloud-flink")
                .build();
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
