package rag.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.NoSuchElementException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rag.endpoint.PrivateServer;

/**
 * What the local cloud's Python code can ask of this process.
 *
 * <pre>
 * GET    /connectors               state of each: {@link Connectors.State}
 * PUT    /connectors/NAME          start, or replace its settings: {@link Wanted}
 * POST   /connectors/NAME/restart  restart it and its tasks
 * DELETE /connectors/NAME          end and forget
 * </pre>
 */
record Endpoint(Workers workers) implements PrivateServer.Service {

    /** {@code plugin}: folder of the plugin that has its class, empty for a connector of the class path. */
    record Wanted(String plugin, Map<String, String> settings) {}

    private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public byte[] answer(HttpExchange exchange, byte[] body) throws IOException {
        String[] path = exchange.getRequestURI().getPath().substring(1).split("/");
        String action = exchange.getRequestMethod() + (path.length == 3 ? " " + path[2] : "");
        if (!path[0].equals("connectors") || path.length > 3 || (path.length == 1) != action.equals("GET")) {
            throw new NoSuchElementException("There is no such path.");
        }
        switch (action) {
            case "GET":
                return JSON.writeValueAsBytes(workers.states());
            case "PUT":
                Wanted wanted = JSON.readValue(body, Wanted.class);
                workers.put(path[1], wanted.plugin, wanted.settings);
                break;
            case "POST restart":
                workers.restart(path[1]);
                break;
            case "DELETE":
                workers.delete(path[1]);
                break;
            default:
                throw new NoSuchElementException("There is no such path.");
        }
        return JSON.writeValueAsBytes(Map.of());
    }

    @Override
    public PrivateServer.Reply failed(HttpExchange exchange, Exception failure) {
        // Without the cause's message: it could repeat a connector's settings.
        LOG.error("{} failed: {}", exchange.getRequestMethod(), failure.getClass().getName());
        String message = "The Kafka Connect worker could not do this; its log, connect.log, has the cause.";
        return new PrivateServer.Reply(500, error(message));
    }

    @Override
    public byte[] error(String message) {
        try {
            return JSON.writeValueAsBytes(Map.of("message", message));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
