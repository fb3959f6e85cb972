package rag.endpoint;

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
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The private HTTP interface of a process, for the local cloud's Python code only: on loopback, at a port that is written
 * to a file, with a token that is checked before any of the body is read.
 */
public final class PrivateServer {

    /** What the process answers. Bodies are JSON. */
    public interface Service {

        /** Answers a request; {@link NoSuchElementException} becomes a 404. */
        byte[] answer(HttpExchange exchange, byte[] body) throws IOException;

        /** The body of a refusal. */
        byte[] error(String message);

        /** The reply to a request whose answer failed. */
        Reply failed(HttpExchange exchange, Exception failure);
    }

    /** A status and a JSON body. */
    public record Reply(int status, byte[] body) {}

    private final byte[] authorization;
    private final Path portFile;
    private final Service service;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    public PrivateServer(String token, Path portFile, Service service) {
        this.authorization = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        this.portFile = portFile;
        this.service = service;
    }

    /** The token in an environment variable, which other users cannot read. */
    public static String tokenIn(String variable) {
        String token = System.getenv(variable);
        if (token == null || token.isBlank()) {
            throw new IllegalStateException("The variable " + variable + " is not set.");
        }
        return token;
    }

    public void start() throws IOException {
        // Close at once: the server would otherwise read up to 64 KiB of the refused caller's body first.
        System.setProperty("sun.net.httpserver.drainAmount", "0");
        // The server writes a reply's headers and body apart. The body would wait 40 ms for the client to acknowledge the
        // headers (Nagle's algorithm and delayed acknowledgements).
        System.setProperty("sun.net.httpserver.nodelay", "true");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
        Path draft = portFile.resolveSibling(portFile.getFileName() + ".new");
        Files.writeString(draft, Integer.toString(server.getAddress().getPort()));
        Files.move(draft, portFile, StandardCopyOption.ATOMIC_MOVE);
    }

    public void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply = reply(exchange);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(reply.status(), reply.body().length);
            exchange.getResponseBody().write(reply.body());
        }
    }

    private Reply reply(HttpExchange exchange) {
        if (!isAuthorized(exchange)) {
            return new Reply(401, service.error("The token is missing or wrong."));
        }
        try {
            return new Reply(200, service.answer(exchange, exchange.getRequestBody().readAllBytes()));
        } catch (NoSuchElementException e) {
            return new Reply(404, service.error(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            return service.failed(exchange, e);
        }
    }

    private boolean isAuthorized(HttpExchange exchange) {
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        return given != null && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), authorization);
    }
}
