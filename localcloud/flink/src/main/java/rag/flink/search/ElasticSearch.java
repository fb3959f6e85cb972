package rag.flink.search;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import rag.flink.Json;
import rag.flink.workspace.Connection;

/**
 * Elasticsearch's kNN search ({@code POST /INDEX/_search}), approximate as its index is.
 *
 * <p>The score is Elasticsearch's {@code _score}, for {@code dot_product} {@code (1 + dot) / 2}.
 */
final class ElasticSearch extends HttpSearch {

    private static final int LARGEST_DOCUMENT = 256 << 10;

    ElasticSearch(SearchProvider.SearchRequest request) {
        super(request, "Elasticsearch", LARGEST_DOCUMENT);
    }

    @Override
    String address(Connection connection) {
        String index = URLEncoder.encode(index(), StandardCharsets.UTF_8);
        // Some of the documents, for all of them, would be a wrong answer: it is refused.
        return connection.endpoint().replaceFirst("/+$", "") + "/" + index
                + "/_search?allow_partial_search_results=false";
    }

    private String index() {
        return request.table().option(ElasticProvider.INDEX);
    }

    @Override
    Map<String, String> headers(Connection connection) {
        return Map.of("Authorization", authorization(connection.secrets()));
    }

    private static String authorization(Map<String, String> secrets) {
        if (!secrets.getOrDefault("API_KEY", "").isEmpty()) {
            return "ApiKey " + secrets.get("API_KEY");
        }
        String login = secrets.getOrDefault("USERNAME", "") + ":" + secrets.getOrDefault("PASSWORD", "");
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    Map<String, Object> query(float[] vector) {
        int limit = request.limit();
        Map<String, Object> knn = new LinkedHashMap<>();
        knn.put("field", request.vectorField());
        knn.put("query_vector", vector);
        knn.put("k", limit);
        knn.put("num_candidates", request.candidates());
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

    @Override
    List<SearchProvider.Found> found(JsonNode answer) {
        List<SearchProvider.Found> found = new ArrayList<>();
        for (JsonNode hit : list(answer.path("hits"), "hits")) {
            Map<String, Object> document = fields(hit.path("_source"));
            JsonNode vector = hit.path("fields").path(request.vectorField());
            if (showsVector() && vector.isArray()) {
                document.put(request.vectorField(), Json.MAPPER.convertValue(vector, List.class));
            }
            found.add(new SearchProvider.Found(document, hit.path("_score").asDouble()));
        }
        return found;
    }

    @Override
    String missing(Connection connection) {
        return "Elasticsearch at " + connection.endpoint() + " has no index '" + index()
                + "': create it, or name another one in '" + ElasticProvider.INDEX + "'.";
    }
}
