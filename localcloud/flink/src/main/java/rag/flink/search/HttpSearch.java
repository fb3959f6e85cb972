package rag.flink.search;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.type.TypeReference;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import rag.flink.Json;
import rag.flink.functions.InvocationOptions;
import rag.flink.http.ProviderCall;
import rag.flink.http.ProviderException;
import rag.flink.workspace.Connection;

/** A search by a store's HTTP API: one {@code POST} of JSON, answered with a list of documents. */
abstract class HttpSearch {

    private static final int LARGEST_FRAME = 1 << 20;
    private static final int LARGEST_ANSWER = 256 << 20;
    private static final TypeReference<LinkedHashMap<String, Object>> DOCUMENT = new TypeReference<>() {};

    private final Supplier<Connection> connection;
    private final int limit;
    private final InvocationOptions options;
    private final String store;
    private final int largestDocument;

    /**
     * @param connection asked at each search
     * @param limit how many documents a search finds
     * @param store its name, for sentences
     * @param largestDocument how many bytes of an answer one document may have
     */
    HttpSearch(
            Supplier<Connection> connection, int limit, InvocationOptions options, String store, int largestDocument) {
        this.connection = connection;
        this.limit = limit;
        this.options = options;
        this.store = store;
        this.largestDocument = largestDocument;
    }

    abstract String address(Connection connection);

    /** The login, and what else the API asks for. */
    abstract Map<String, String> headers(Connection connection);

    /** What an answer has; {@link IllegalArgumentException} says what it lacks. */
    abstract List<SearchProvider.Found> found(JsonNode answer);

    /** The sentence for a store that has no such index. */
    abstract String missing(Connection connection);

    final List<SearchProvider.Found> ask(Map<String, Object> query) throws ProviderException, InterruptedException {
        Connection connection = this.connection.get();
        int largest = (int) Math.min(LARGEST_ANSWER, LARGEST_FRAME + (long) largestDocument * limit);
        ProviderCall call =
                new ProviderCall(
                        connection,
                        address(connection),
                        headers(connection),
                        Json.bytes(query),
                        largest,
                        options.timeout());
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
