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
import java.util.function.Supplier;
import org.bson.Document;
import rag.flink.UserException;
import rag.flink.functions.InvocationOptions;
import rag.flink.workspace.Connection;

/** Searches one collection with Atlas Vector Search; safe to use from several threads. */
final class MongoDbSearch implements AutoCloseable {

    private static final String USERS = "admin"; // Atlas has all of its users there
    private static final int DEFAULT_CANDIDATES = 20; // for each result, as MongoDB recommends
    private static final int MOST_CANDIDATES = 10_000;
    private static final long FIRST_PAUSE_MILLIS = 200;

    private final ExternalTable table;
    private final String path;
    private final int limit;
    private final InvocationOptions options;
    private final Supplier<Connection> connection;
    private MongoClient client;
    private Connection connected;
    private boolean indexSeen;

    /** @param connection asked at each search, so that a rotated password is picked up */
    MongoDbSearch(ExternalTable table, String path, int limit, InvocationOptions options, Supplier<Connection> connection) {
        this.table = table;
        this.path = path;
        this.limit = limit;
        this.options = options;
        this.connection = connection;
    }

    /** The nearest documents with the table's columns and their score, the nearest first. */
    List<Document> nearest(List<Double> vector) throws InterruptedException {
        for (int attempt = 0; ; attempt++) {
            Connection current = connection.get();
            try {
                return search(client(current), vector);
            } catch (MongoSecurityException e) {
                throw refused("the user name or the password of connection '" + current.name() + "' is wrong.");
            } catch (MongoCommandException e) {
                throw refused("MongoDB answered: " + e.getErrorMessage());
            } catch (MongoException e) {
                if (attempt >= options.retries()) {
                    throw new UserException(
                            described(
                                    "the server at " + current.endpoint() + " did not answer within "
                                            + options.timeout().toSeconds() + " s, " + (attempt + 1) + " times."));
                }
            }
            Thread.sleep(FIRST_PAUSE_MILLIS << Math.min(attempt, 5));
        }
    }

    private List<Document> search(MongoClient open, List<Double> vector) {
        MongoCollection<Document> collection =
                open.getDatabase(table.database()).getCollection(table.collection());
        requireIndex(collection);
        int candidates =
                table.numCandidates() > 0
                        ? table.numCandidates()
                        : Math.min(MOST_CANDIDATES, Math.max(100, DEFAULT_CANDIDATES * limit));
        Document stage =
                new Document("index", table.index())
                        .append("path", path)
                        .append("queryVector", vector)
                        .append("numCandidates", candidates)
                        .append("limit", limit);
        Document shown = new Document("_id", table.columnNames().contains("_id") ? 1 : 0);
        table.columnNames().forEach(column -> shown.append(column, 1));
        shown.append(ExternalTable.SCORE, new Document("$meta", "vectorSearchScore"));
        return collection
                .aggregate(List.of(new Document("$vectorSearch", stage), new Document("$project", shown)))
                .maxTime(options.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .into(new ArrayList<>());
    }

    /** MongoDB finds nothing by an index that is not there, and says no word of it. */
    private void requireIndex(MongoCollection<Document> collection) {
        synchronized (this) {
            if (indexSeen) {
                return;
            }
        }
        Document which = new Document("$listSearchIndexes", new Document("name", table.index()));
        boolean found;
        try {
            found = collection.aggregate(List.of(which)).first() != null;
        } catch (MongoSecurityException e) {
            throw e;
        } catch (MongoCommandException e) {
            found = true; // the user may not list indexes, or the server cannot: the search itself will tell
        }
        if (!found) {
            throw refused(
                    "collection '" + collection.getNamespace() + "' has no search index '" + table.index()
                            + "': create it, or name another one in 'mongodb.index'.");
        }
        synchronized (this) {
            indexSeen = true;
        }
    }

    private synchronized MongoClient client(Connection current) {
        if (client == null || !current.equals(connected)) {
            close();
            client = MongoClients.create(settings(current));
            connected = current;
        }
        return client;
    }

    private MongoClientSettings settings(Connection current) {
        ConnectionString endpoint;
        try {
            endpoint = new ConnectionString(current.endpoint());
        } catch (IllegalArgumentException e) {
            throw refused(
                    "the connection '" + current.name() + "' has the endpoint " + current.endpoint()
                            + ": it must look like mongodb+srv://cluster0.abcde.mongodb.net/ or mongodb://host:27017/.");
        }
        int millis = (int) options.timeout().toMillis();
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
                .applyToConnectionPoolSettings(pool -> pool.maxSize(options.parallelism()))
                .applicationName("localcloud-flink")
                .build();
    }

    private SearchException refused(String why) {
        return new SearchException(described(why));
    }

    private String described(String why) {
        return SearchCalls.VECTOR_SEARCH + " of '" + table.name() + "': " + why;
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
