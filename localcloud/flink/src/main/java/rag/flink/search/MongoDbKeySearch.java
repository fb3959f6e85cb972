package rag.flink.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import rag.flink.http.ProviderException;

/** Finds the documents of one collection by the value of a field. */
final class MongoDbKeySearch implements SearchProvider.KeySearch {

    private final SearchProvider.KeyRequest request;
    private final MongoDbClient client;

    MongoDbKeySearch(SearchProvider.KeyRequest request) {
        this.request = request;
        this.client = new MongoDbClient(request.connection(), request.options());
    }

    @Override
    public List<Map<String, Object>> find(Object key) throws ProviderException {
        return client.ask(
                open ->
                        MongoDbClient.collection(open, request.table())
                                .find(new Document(request.column(), new Document("$eq", key)))
                                .projection(MongoDbClient.shown(request.table()))
                                .limit(SearchProvider.MOST_RESULTS)
                                .maxTime(request.options().timeout().toMillis(), TimeUnit.MILLISECONDS)
                                .into(new ArrayList<>()));
    }

    @Override
    public void close() {
        client.close();
    }
}
