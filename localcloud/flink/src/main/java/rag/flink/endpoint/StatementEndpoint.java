package rag.flink.endpoint;

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
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.apache.flink.table.gateway.api.endpoint.SqlGatewayEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rag.flink.Json;
import rag.flink.UserException;
import rag.flink.catalog.CatalogStore;
import rag.flink.catalog.KafkaClients;
import rag.flink.statement.StatementRequest;
import rag.flink.statement.Statements;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;
import rag.flink.workspace.Workspace;

/**
 * The private HTTP interface of this process, for the local cloud's Python code only: on loopback, with a token that is
 * checked before any of the body is read.
 *
 * <pre>
 * PUT    /workspace                       replace environments, connections and the internal token
 * PUT    /statements/UID[?resume=true]    start or resume
 * GET    /statements/UID                  phase, detail, traits
 * GET    /statements/UID/results?token=N  a page of rows
 * POST   /statements/UID/stop             stop with a savepoint
 * DELETE /statements/UID                  cancel and delete
 * </pre>
 */
final class StatementEndpoint implements SqlGatewayEndpoint {

    private static final Logger LOG = LoggerFactory.getLogger(StatementEndpoint.class);

    private final Statements statements;
    private final CatalogStore store;
    private final byte[] authorization;
    private final Path portFile;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    StatementEndpoint(Statements statements, CatalogStore store, String token, Path portFile) {
        this.statements = statements;
        this.store = store;
        this.authorization = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        this.portFile = portFile;
    }

    private record WorkspaceRequest(String internalToken, List<Environment> environments) {}

    @Override
    public void start() throws IOException {
        // Close at once: the server would otherwise read up to 64 KiB of the refused caller's body first.
        System.setProperty("sun.net.httpserver.drainAmount", "0");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
        Path draft = portFile.resolveSibling(portFile.getFileName() + ".new");
        Files.writeString(draft, Integer.toString(server.getAddress().getPort()));
        Files.move(draft, portFile, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void stop() {
        server.stop(0);
        threads.shutdownNow();
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
            } catch (UserException e) {
                status = 409;
                answer = error(e.getMessage());
            } catch (IOException | RuntimeException e) {
                LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI().getPath(), e);
                status = 500;
                answer = error("Flink could not do this; its log, flink.log, has the cause.");
            }
            reply(exchange, status, answer);
        }
    }

    private boolean isAuthorized(HttpExchange exchange) {
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        return given != null && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), authorization);
    }

    private static void reply(HttpExchange exchange, int status, byte[] answer) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
    }

    private byte[] answer(HttpExchange exchange, byte[] body) throws IOException {
        String method = exchange.getRequestMethod();
        String[] path = exchange.getRequestURI().getPath().substring(1).split("/");
        String query = exchange.getRequestURI().getQuery();
        if (method.equals("PUT") && path.length == 1 && path[0].equals("workspace")) {
            replaceWorkspace(Json.MAPPER.readValue(body, WorkspaceRequest.class));
            return Json.bytes(Map.of());
        }
        if (!path[0].equals("statements") || path.length < 2 || path.length > 3) {
            throw new NoSuchElementException("There is no such path.");
        }
        String uid = path[1];
        String action = method + (path.length == 3 ? " " + path[2] : "");
        switch (action) {
            case "PUT":
                StatementRequest request = Json.MAPPER.readValue(body, StatementRequest.class);
                return Json.bytes(statements.submit(request, "resume=true".equals(query)));
            case "GET":
                return Json.bytes(statements.status(uid));
            case "GET results":
                return statements.results(uid, Long.parseLong(query.replace("token=", "")));
            case "POST stop":
                return Json.bytes(statements.stop(uid));
            case "DELETE":
                statements.delete(uid);
                return Json.bytes(Map.of());
            default:
                throw new NoSuchElementException("There is no such path.");
        }
    }

    private void replaceWorkspace(WorkspaceRequest request) {
        Workspace.replace(new Workspace(request.internalToken(), request.environments()));
        Set<String> bootstraps =
                request.environments().stream()
                        .flatMap(environment -> environment.databases().stream())
                        .map(Database::bootstrap)
                        .collect(Collectors.toSet());
        KafkaClients.retain(bootstraps);
        store.retain(request.environments());
    }

    private static byte[] error(String message) {
        return Json.bytes(Map.of("message", message));
    }
}
