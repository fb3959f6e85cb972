package rag.flink.search;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.type.TypeReference;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import rag.flink.Json;
import rag.flink.http.ProviderCall;
import rag.flink.http.ProviderException;
import rag.flink.workspace.Connection;

/**
 * Elasticsearch's kNN search ({@code POST /INDEX/_search}), approximate as its index is.
 *
 * <p>The score is Elasticsearch's {@code _score}, for {@code dot_product} {@code (1 + dot) / 2}.
 */
final class ElasticSearch implements SearchProvider.Search {

    private static final int LARGEST_FRAME = 1 << 20;
    private static final int LARGEST_DOCUMENT = 256 << 10;
    private static final int LARGEST_ANSWER = 256 << 20;
    private static final int CANDIDATES = 20; // for each result, as in the other stores
    private static final int FEWEST_CANDIDATES = 100;
    private static final int MOST_CANDIDATES = 10_000; // Elasticsearch takes no more
    private static final TypeReference<LinkedHashMap<String, Object>> DOCUMENT = new TypeReference<>() {};

    private final SearchProvider.SearchRequest request;

    ElasticSearch(SearchProvider.SearchRequest request) {
        this.request = request;
    }

    @Override
    public List<SearchProvider.Found> nearest(float[] vector) throws ProviderException, InterruptedException {
        Connection connection = request.connection().get();
        int largest = (int) Math.min(LARGEST_ANSWER, LARGEST_FRAME + (long) LARGEST_DOCUMENT * request.limit());
        ProviderCall call =
                new ProviderCall(
                        connection,
                        address(connection),
                        Map.of("Authorization", authorization(connection)),
                        Json.bytes(query(vector)),
                        largest,
                        request.options().timeout());
        byte[] answer;
        try {
            answer = call.answer();
        } catch (ProviderException e) {
            throw explained(e, connection);
        }
        try {
            return found(Json.parse(answer));
        } catch (IllegalArgumentException e) {
            throw call.unusable("is no answer of Elasticsearch: " + e.getMessage() + ".");
        }
    }

    private String address(Connection connection) {
        String index = URLEncoder.encode(index(), StandardCharsets.UTF_8);
        // Some of the documents, for all of them, would be a wrong answer: it is refused.
        return connection.endpoint().replaceFirst("/+$", "") + "/" + index
                + "/_search?allow_partial_search_results=false";
    }

    private String index() {
        return request.table().option(ElasticProvider.INDEX);
    }

    private static String authorization(Connection connection) {
        Map<String, String> secrets = connection.secrets();
        if (!secrets.getOrDefault("API_KEY", "").isEmpty()) {
            return "ApiKey " + secrets.get("API_KEY");
        }
        String login = secrets.getOrDefault("USERNAME", "") + ":" + secrets.getOrDefault("PASSWORD", "");
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, Object> query(float[] vector) {
        int limit = request.limit();
        Map<String, Object> knn = new LinkedHashMap<>();
        knn.put("field", request.vectorField());
        knn.put("query_vector", vector);
        knn.put("k", limit);
        knn.put("num_candidates", Math.min(MOST_CANDIDATES, Math.max(FEWEST_CANDIDATES, CANDIDATES * limit)));
        Map<String, Object> query = new LinkedHashMap<>();
        query.put("knn", knn);
        query.put("size", limit);
        query.put("_source", request.table().columnNames());
        if (showsVector()) { // from 9.2 on, a document's source comes without its vectors
            query.put("fields", List.of(request.vectorField()));
        }
        return query;
    }

    private boolean showsVector() {
        return request.table().columnNames().contains(request.vectorField());
    }

    private List<SearchProvider.Found> found(JsonNode answer) {
        JsonNode hits = answer.path("hits").path("hits");
        if (!hits.isArray()) {
            throw new IllegalArgumentException("it has no hits");
        }
        List<SearchProvider.Found> found = new ArrayList<>();
        for (JsonNode hit : hits) {
            JsonNode vector = hit.path("fields").path(request.vectorField());
            Map<String, Object> document = new LinkedHashMap<>();
            if (hit.path("_source").isObject()) {
                document.putAll(Json.MAPPER.convertValue(hit.path("_source"), DOCUMENT));
            }
            if (showsVector() && vector.isArray()) {
                document.put(request.vectorField(), Json.MAPPER.convertValue(vector, List.class));
            }
            found.add(new SearchProvider.Found(document, hit.path("_score").asDouble()));
        }
        return found;
    }

    private ProviderException explained(ProviderException refused, Connection connection) {
        switch (refused.status()) {
            case 401:
                return ProviderException.fault(
                        "Elasticsearch at " + connection.endpoint() + " refuses the key of connection '"
                                + connection.name() + "'.");
            case 404:
                return ProviderException.fault(
                        "Elasticsearch at " + connection.endpoint() + " has no index '" + index()
                                + "': create it, or name another one in '" + ElasticProvider.INDEX + "'.");
            default:
                return refused;
        }
    }
}
