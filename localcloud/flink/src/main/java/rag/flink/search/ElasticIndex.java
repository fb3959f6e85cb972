package rag.flink.search;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import rag.flink.Json;
import rag.flink.functions.InvocationOptions;
import rag.flink.http.ProviderException;
import rag.flink.workspace.Connection;

/** The index of an external table, searched by {@code POST /INDEX/_search}; the score is Elasticsearch's {@code _score}. */
abstract class ElasticIndex extends HttpSearch {

    private static final int LARGEST_DOCUMENT = 256 << 10;

    private final ExternalTable table;
    private final int limit;
    private final List<String> vectors;

    /** @param vectors columns that have vectors: from 9.2 on, a document's source comes without them */
    ElasticIndex(
            ExternalTable table,
            List<String> vectors,
            int limit,
            InvocationOptions options,
            Supplier<Connection> connection) {
        super(connection, limit, options, "Elasticsearch", LARGEST_DOCUMENT);
        this.table = table;
        this.vectors = vectors;
        this.limit = limit;
    }

    /** Searches by one member of the body. */
    final List<SearchProvider.Found> search(String kind, Map<String, Object> by)
            throws ProviderException, InterruptedException {
        Map<String, Object> query = new LinkedHashMap<>();
        query.put(kind, by);
        query.put("size", limit);
        query.put("_source", table.columnNames());
        if (!vectors.isEmpty()) {
            query.put("fields", vectors);
        }
        return ask(query);
    }

    @Override
    final String address(Connection connection) {
        String index = URLEncoder.encode(index(), StandardCharsets.UTF_8);
        // Some of the documents, for all of them, would be a wrong answer: it is refused.
        return connection.endpoint().replaceFirst("/+$", "") + "/" + index
                + "/_search?allow_partial_search_results=false";
    }

    private String index() {
        return table.option(ElasticProvider.INDEX);
    }

    @Override
    final Map<String, String> headers(Connection connection) {
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
    final List<SearchProvider.Found> found(JsonNode answer) {
        List<SearchProvider.Found> found = new ArrayList<>();
        for (JsonNode hit : list(answer.path("hits"), "hits")) {
            Map<String, Object> document = fields(hit.path("_source"));
            for (String column : vectors) {
                JsonNode vector = hit.path("fields").path(column);
                if (vector.isArray()) {
                    document.put(column, Json.MAPPER.convertValue(vector, List.class));
                }
            }
            found.add(new SearchProvider.Found(document, hit.path("_score").asDouble()));
        }
        return found;
    }

    @Override
    final String missing(Connection connection) {
        return "Elasticsearch at " + connection.endpoint() + " has no index '" + index()
                + "': create it, or name another one in '" + ElasticProvider.INDEX + "'.";
    }
}
