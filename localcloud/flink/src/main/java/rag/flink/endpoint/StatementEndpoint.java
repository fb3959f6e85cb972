package rag.flink.endpoint;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.table.gateway.api.endpoint.SqlGatewayEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rag.endpoint.PrivateServer;
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
 * What the local cloud's Python code can ask of this process.
 *
 * <pre>
 * PUT    /workspace                       replace environments, connections and the internal token
 * PUT    /statements/UID[?resume=true]    start or resume
 * GET    /statements/UID                  phase, detail, traits
 * POST   /statuses                        the same of several, by uid; those that it does not know are left out
 * GET    /statements/UID/results?token=N  a page of rows
 * POST   /statements/UID/stop             stop with a savepoint
 * DELETE /statements/UID                  cancel and delete
 * </pre>
 */
final class StatementEndpoint implements SqlGatewayEndpoint, PrivateServer.Service {

    private static final Logger LOG = LoggerFactory.getLogger(StatementEndpoint.class);

    private final Statements statements;
    private final CatalogStore store;
    private final PrivateServer server;

    StatementEndpoint(Statements statements, CatalogStore store, String token, Path portFile) {
        this.statements = statements;
        this.store = store;
        this.server = new PrivateServer(token, portFile, this);
    }

    private record WorkspaceRequest(String internalToken, List<Environment> environments) {}

    private record StatusesRequest(List<String> uids) {}

    @Override
    public void start() throws IOException {
        server.start();
    }

    @Override
    public void stop() {
        server.stop();
    }

    @Override
    public PrivateServer.Reply failed(HttpExchange exchange, Exception failure) {
        if (failure instanceof UserException) {
            return new PrivateServer.Reply(409, error(failure.getMessage()));
        }
        LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI().getPath(), failure);
        return new PrivateServer.Reply(500, error("Flink could not do this; its log, flink.log, has the cause."));
    }

    @Override
    public byte[] answer(HttpExchange exchange, byte[] body) throws IOException {
        String method = exchange.getRequestMethod();
        String[] path = exchange.getRequestURI().getPath().substring(1).split("/");
        String query = exchange.getRequestURI().getQuery();
        if (method.equals("PUT") && path.length == 1 && path[0].equals("workspace")) {
            replaceWorkspace(Json.MAPPER.readValue(body, WorkspaceRequest.class));
            return Json.bytes(Map.of());
        }
        if (method.equals("POST") && path.length == 1 && path[0].equals("statuses")) {
            return Json.bytes(statements.statuses(Json.MAPPER.readValue(body, StatusesRequest.class).uids()));
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

    @Override
    public byte[] error(String message) {
        return Json.bytes(Map.of("message", message));
    }
}
