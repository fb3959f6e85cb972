package rag.flink.search;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.type.TypeReference;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import rag.flink.Json;
import rag.flink.http.ProviderCall;
import rag.flink.http.ProviderException;
import rag.flink.workspace.Connection;

/** A search by a store's HTTP API: one {@code POST} of JSON, answered with a list of documents. */
abstract class HttpSearch implements SearchProvider.Search {

    private static final int LARGEST_FRAME = 1 << 20;
    private static final int LARGEST_ANSWER = 256 << 20;
    private static final TypeReference<LinkedHashMap<String, Object>> DOCUMENT = new TypeReference<>() {};

    final SearchProvider.SearchRequest request;
    private final String store;
    private final int largestDocument;

    /**
     * @param store its name, for sentences
     * @param largestDocument how many bytes of an answer one document may have
     */
    HttpSearch(SearchProvider.SearchRequest request, String store, int largestDocument) {
        this.request = request;
        this.store = store;
        this.largestDocument = largestDocument;
    }

    abstract String address(Connection connection);

    /** The login, and what else the API asks for. */
    abstract Map<String, String> headers(Connection connection);

    abstract Map<String, Object> query(float[] vector);

    /** What an answer has; {@link IllegalArgumentException} says what it lacks. */
    abstract List<SearchProvider.Found> found(JsonNode answer);

    /** The sentence for a store that has no such index. */
    abstract String missing(Connection connection);

    @Override
    public final List<SearchProvider.Found> nearest(float[] vector) throws ProviderException, InterruptedException {
        Connection connection = request.connection().get();
        int largest = (int) Math.min(LARGEST_ANSWER, LARGEST_FRAME + (long) largestDocument * request.limit());
        ProviderCall call =
                new ProviderCall(
                        connection,
                        address(connection),
                        headers(connection),
                        Json.bytes(query(vector)),
                        largest,
                        request.options().timeout());
        try {
            return found(Json.parse(call.answer()));
        } catch (ProviderException e) {
            throw explained(e, connection);
        } catch (IllegalArgumentException e) {
            throw call.unusable("is no answer of " + store + ": " + e.getMessage() + ".");
        }
    }

    private ProviderException explained(ProviderException refused, Connection connection) {
        switch (refused.status()) {
            case 401:
                return ProviderException.fault(
                        store + " at " + connection.endpoint() + " refuses the key of connection '" + connection.name()
                                + "'.");
            case 404:
                return ProviderException.fault(missing(connection));
            default:
                return refused;
        }
    }

    static JsonNode list(JsonNode within, String name) {
        JsonNode list = within.path(name);
        if (!list.isArray()) {
            throw new IllegalArgumentException("it has no " + name);
        }
        return list;
    }

    /** The fields of an object; none if it is something else. */
    static Map<String, Object> fields(JsonNode object) {
        return object.isObject() ? Json.MAPPER.convertValue(object, DOCUMENT) : new LinkedHashMap<>();
    }
}
