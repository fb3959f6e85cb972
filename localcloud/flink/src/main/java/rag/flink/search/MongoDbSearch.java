package rag.flink.search;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoSecurityException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import rag.flink.http.ProviderException;

/** Searches one collection with Atlas Vector Search; safe to use from several threads. */
final class MongoDbSearch implements SearchProvider.Search {

    private final ExternalTable table;
    private final SearchProvider.SearchRequest request;
    private final MongoDbClient client;
    private boolean indexSeen;

    MongoDbSearch(SearchProvider.SearchRequest request) {
        this.request = request;
        this.table = request.table();
        this.client = new MongoDbClient(request.connection(), request.options());
    }

    @Override
    public List<SearchProvider.Found> nearest(float[] vector) throws ProviderException {
        List<Double> numbers = new ArrayList<>(vector.length);
        for (float number : vector) {
            numbers.add((double) number);
        }
        return client.ask(open -> search(open, numbers)).stream()
                .map(each -> new SearchProvider.Found(each, ((Number) each.get(ExternalTable.SCORE)).doubleValue()))
                .toList();
    }

    private List<Document> search(MongoClient open, List<Double> vector) throws ProviderException {
        MongoCollection<Document> collection = MongoDbClient.collection(open, table);
        requireIndex(collection);
        int given = MongoDbProvider.numCandidates(table);
        int candidates = given > 0 ? given : request.candidates();
        Document stage =
                new Document("index", table.option(MongoDbProvider.INDEX))
                        .append("path", request.vectorField())
                        .append("queryVector", vector)
                        .append("numCandidates", candidates)
                        .append("limit", request.limit());
        Document shown = MongoDbClient.shown(table).append(ExternalTable.SCORE, new Document("$meta", "vectorSearchScore"));
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

    @Override
    public void close() {
        client.close();
    }
}
