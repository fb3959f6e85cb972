package rag.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The private HTTP interface to this process, for the local cloud's Python side only: loopback, with a token, which is
 * checked before anything of a body is read.
 *
 * <pre>
 * GET    /connectors               state of each: {@link Connectors.State}
 * PUT    /connectors/NAME          start, or replace its settings
 * POST   /connectors/NAME/restart  restart it and its tasks
 * DELETE /connectors/NAME          end and forget
 * </pre>
 */
final class Endpoint {

    private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Connectors connectors;
    private final byte[] authorization;
    private final Path portFile;

    Endpoint(Connectors connectors, String token, Path portFile) {
        this.connectors = connectors;
        this.authorization = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        this.portFile = portFile;
    }

    void start() throws IOException {
        // A refused caller is not waited for: the server would read what it said it sends, up to 64 KiB.
        System.setProperty("sun.net.httpserver.drainAmount", "0");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", this::handle);
        server.start();
        Path draft = portFile.resolveSibling(portFile.getFileName() + ".new");
        Files.writeString(draft, Integer.toString(server.getAddress().getPort()));
        Files.move(draft, portFile, StandardCopyOption.ATOMIC_MOVE);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!isAuthorized(exchange)) {
                reply(exchange, 401, error("The token is missing or wrong."));
                return;
            }
            int status = 200;
            byte[] answer;
            try {
                answer = answer(exchange, exchange.getRequestBody().readAllBytes());
            } catch (NoSuchElementException e) {
                status = 404;
                answer = error(e.getMessage());
            } catch (IOException | RuntimeException e) {
                // Without the cause's message: it could repeat a connector's settings.
                LOG.error("{} failed: {}", exchange.getRequestMethod(), e.getClass().getName());
                status = 500;
                answer = error("The Kafka Connect worker could not do this; its log, connect.log, has the cause.");
            }
            reply(exchange, status, answer);
        }
    }

    private boolean isAuthorized(HttpExchange exchange) {
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        return given != null && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), authorization);
    }

    private byte[] answer(HttpExchange exchange, byte[] body) throws IOException {
        String[] path = exchange.getRequestURI().getPath().substring(1).split("/");
        String action = exchange.getRequestMethod() + (path.length == 3 ? " " + path[2] : "");
        if (!path[0].equals("connectors") || path.length > 3 || (path.length == 1) != action.equals("GET")) {
            throw new NoSuchElementException("There is no such path.");
        }
        switch (action) {
            case "GET":
                return JSON.writeValueAsBytes(connectors.states());
            case "PUT":
                connectors.put(path[1], JSON.readValue(body, new TypeReference<>() {}));
                break;
            case "POST restart":
                connectors.restart(path[1]);
                break;
            case "DELETE":
                connectors.delete(path[1]);
                break;
            default:
                throw new NoSuchElementException("There is no such path.");
        }
        return JSON.writeValueAsBytes(Map.of());
    }

    private static void reply(HttpExchange exchange, int status, byte[] answer) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
    }

    private static byte[] error(String message) throws JsonProcessingException {
        return JSON.writeValueAsBytes(Map.of("message", message));
    }
}
