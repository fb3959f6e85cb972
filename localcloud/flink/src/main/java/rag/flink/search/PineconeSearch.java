package rag.flink.search;

import java.util.ArrayList;
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
 * Pinecone's {@code POST /query} of the default namespace; the score is Pinecone's own.
 *
 * <p>A column is the metadata of that name. The vector's column is its values, and a column {@code id} that no metadata
 * has is its id.
 */
final class PineconeSearch implements SearchProvider.Search {

    private static final String API_VERSION = "2025-10";
    private static final String QUERY = "/query";
    private static final String ID = "id";
    private static final int LARGEST_FRAME = 1 << 20;
    private static final int LARGEST_VECTOR = 640 << 10; // 20,000 numbers and 40 KiB of metadata
    private static final int LARGEST_ANSWER = 256 << 20;
    private static final TypeReference<LinkedHashMap<String, Object>> DOCUMENT = new TypeReference<>() {};

    private final SearchProvider.SearchRequest request;

    PineconeSearch(SearchProvider.SearchRequest request) {
        this.request = request;
    }

    @Override
    public List<SearchProvider.Found> nearest(float[] vector) throws ProviderException, InterruptedException {
        Connection connection = request.connection().get();
        Map<String, String> headers =
                Map.of(
                        "Api-Key", connection.secrets().getOrDefault("API_KEY", ""),
                        "X-Pinecone-Api-Version", API_VERSION);
        int largest = (int) Math.min(LARGEST_ANSWER, LARGEST_FRAME + (long) LARGEST_VECTOR * request.limit());
        ProviderCall call =
                new ProviderCall(
                        connection,
                        address(connection),
                        headers,
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
            throw call.unusable("is no answer of Pinecone: " + e.getMessage() + ".");
        }
    }

    /** Endpoints are written with the query's path and without. */
    private static String address(Connection connection) {
        String endpoint = connection.endpoint().replaceFirst("/+$", "");
        return endpoint.endsWith(QUERY) ? endpoint : endpoint + QUERY;
    }

    private Map<String, Object> query(float[] vector) {
        Map<String, Object> query = new LinkedHashMap<>();
        query.put("vector", vector);
        query.put("topK", request.limit());
        query.put("includeMetadata", true);
        query.put("includeValues", request.table().columnNames().contains(request.vectorField()));
        return query;
    }

    private List<SearchProvider.Found> found(JsonNode answer) {
        JsonNode matches = answer.path("matches");
        if (!matches.isArray()) {
            throw new IllegalArgumentException("it has no matches");
        }
        List<SearchProvider.Found> found = new ArrayList<>();
        for (JsonNode match : matches) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put(ID, match.path(ID).asText());
            if (match.path("metadata").isObject()) {
                document.putAll(Json.MAPPER.convertValue(match.path("metadata"), DOCUMENT));
            }
            if (match.path("values").isArray()) {
                document.put(request.vectorField(), Json.MAPPER.convertValue(match.path("values"), List.class));
            }
            found.add(new SearchProvider.Found(document, match.path("score").asDouble()));
        }
        return found;
    }

    private ProviderException explained(ProviderException refused, Connection connection) {
        switch (refused.status()) {
            case 401:
                return ProviderException.fault(
                        "Pinecone at " + connection.endpoint() + " refuses the key of connection '" + connection.name()
                                + "'.");
            case 404:
                return ProviderException.fault(
                        "There is no index of Pinecone at " + connection.endpoint() + ": create it, or write its host"
                                + " into the connection's endpoint.");
            default:
                return refused;
        }
    }
}
