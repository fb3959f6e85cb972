package rag.flink.search;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import rag.flink.Json;
import rag.flink.http.ProviderException;
import rag.flink.workspace.Connection;

/**
 * Pinecone's {@code POST /query} of the default namespace; the score is Pinecone's own.
 *
 * <p>A column is the metadata of that name. The vector's column is its values, and a column {@code id} that no metadata
 * has is its id.
 */
final class PineconeSearch extends HttpSearch implements SearchProvider.Search {

    private static final String API_VERSION = "2025-10";
    private static final String QUERY = "/query";
    private static final String ID = "id";
    private static final int LARGEST_VECTOR = 640 << 10; // 20,000 numbers and 40 KiB of metadata

    private final SearchProvider.SearchRequest request;

    PineconeSearch(SearchProvider.SearchRequest request) {
        super(request.connection(), request.limit(), request.options(), "Pinecone", LARGEST_VECTOR);
        this.request = request;
    }

    /** Endpoints are written with the query's path and without. */
    @Override
    String address(Connection connection) {
        String endpoint = connection.endpoint().replaceFirst("/+$", "");
        return endpoint.endsWith(QUERY) ? endpoint : endpoint + QUERY;
    }

    @Override
    Map<String, String> headers(Connection connection) {
        return Map.of(
                "Api-Key", connection.secrets().getOrDefault("API_KEY", ""), "X-Pinecone-Api-Version", API_VERSION);
    }

    @Override
    public List<SearchProvider.Found> nearest(float[] vector) throws ProviderException, InterruptedException {
        Map<String, Object> query = new LinkedHashMap<>();
        query.put("vector", vector);
        query.put("topK", request.limit());
        query.put("includeMetadata", true);
        query.put("includeValues", request.table().columnNames().contains(request.vectorField()));
        return ask(query);
    }

    @Override
    List<SearchProvider.Found> found(JsonNode answer) {
        List<SearchProvider.Found> found = new ArrayList<>();
        for (JsonNode match : list(answer, "matches")) {
            Map<String, Object> document = fields(match.path("metadata"));
            document.putIfAbsent(ID, match.path(ID).asText());
            if (match.path("values").isArray()) {
                document.put(request.vectorField(), Json.MAPPER.convertValue(match.path("values"), List.class));
            }
            found.add(new SearchProvider.Found(document, match.path("score").asDouble()));
        }
        return found;
    }

    @Override
    String missing(Connection connection) {
        return "There is no index of Pinecone at " + connection.endpoint() + ": create it, or write its host"
                + " into the connection's endpoint.";
    }
}
