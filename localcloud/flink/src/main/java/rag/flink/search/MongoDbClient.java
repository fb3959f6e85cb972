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
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bson.Document;
import rag.flink.functions.InvocationOptions;
import rag.flink.http.ProviderException;
import rag.flink.workspace.Connection;

/** A client of one connection's MongoDB, opened at the first question; safe to use from several threads. */
final class MongoDbClient implements AutoCloseable {

    private static final String USERS = "admin"; // Atlas has all of its users there

    private final Supplier<Connection> connection;
    private final InvocationOptions options;
    private MongoClient client;
    private Connection connected;

    MongoDbClient(Supplier<Connection> connection, InvocationOptions options) {
        this.connection = connection;
        this.options = options;
    }

    /** What is asked of the server. */
    interface Question<T> {

        T ask(MongoClient open) throws ProviderException;
    }

    /** Asks it; what goes wrong is told in one sentence, without a secret. */
    <T> T ask(Question<T> question) throws ProviderException {
        Connection current = connection.get();
        try {
            return question.ask(client(current));
        } catch (MongoSecurityException e) {
            throw ProviderException.fault(
                    "the user name or the password of connection '" + current.name() + "' is wrong.");
        } catch (MongoCommandException e) {
            throw ProviderException.fault("MongoDB answered: " + e.getErrorMessage());
        } catch (MongoException e) {
            throw ProviderException.transientFault(
                    "the server at " + current.endpoint() + " did not answer within " + options.timeout().toSeconds()
                            + " s.");
        }
    }

    static MongoCollection<Document> collection(MongoClient open, ExternalTable table) {
        return open.getDatabase(table.option(MongoDbProvider.DATABASE))
                .getCollection(table.option(MongoDbProvider.COLLECTION));
    }

    /** The projection to the table's columns. */
    static Document shown(ExternalTable table) {
        Document shown = new Document("_id", table.columnNames().contains("_id") ? 1 : 0);
        table.columnNames().forEach(column -> shown.append(column, 1));
        return shown;
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

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
