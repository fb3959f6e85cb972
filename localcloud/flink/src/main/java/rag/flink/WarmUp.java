package rag.flink;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.catalog.GenericInMemoryCatalog;
import org.apache.flink.table.gateway.api.endpoint.EndpointVersion;
import org.apache.flink.table.gateway.api.operation.OperationHandle;
import org.apache.flink.table.gateway.api.session.SessionEnvironment;
import org.apache.flink.table.gateway.api.session.SessionHandle;
import org.apache.flink.table.gateway.service.SqlGatewayServiceImpl;
import org.apache.flink.table.gateway.service.operation.OperationManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rag.flink.catalog.CatalogStore;
import rag.flink.catalog.EnvironmentCatalog;
import rag.flink.catalog.ObjectNames;
import rag.flink.catalog.StatementContext;
import rag.flink.model.ModelModule;
import rag.flink.model.ModelResolver;
import rag.flink.workspace.Connection;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

/**
 * Plans and runs statements like a user's first ones, before any user waits for one.
 *
 * <p>The planner's first plan costs seconds of class loading and compilation. Here they are spent while environments and
 * clusters are created. No network is used: the tables are planned, never read.
 */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final String TABLE =
            "CREATE TABLE %s (id INT, amount DOUBLE, name STRING, vector ARRAY<FLOAT>)"
                    + " WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = '127.0.0.1:1',"
                    + " 'scan.startup.mode' = 'earliest-offset', 'value.format' = 'json-registry',"
                    + " 'value.json-registry.schema-id' = '1', 'value.json-registry.schema' = '{\"type\":\"object\"}')";
    private static final List<String> STATEMENTS =
            List.of(
                    "CREATE MODEL warm.up.m INPUT (input STRING) OUTPUT (vector ARRAY<FLOAT>)"
                            + " WITH ('task' = 'embedding', 'provider' = 'openai', 'openai.connection' = 'c')",
                    String.format(TABLE, "a"),
                    String.format(TABLE, "b"),
                    "EXPLAIN INSERT INTO b (WITH c AS (SELECT *, concat_ws(' ', name,"
                            + " cast(amount AS STRING), ', id: ' || cast(id AS STRING)) AS content"
                            + " FROM a) SELECT c.id, c.amount, c.content, p.vector"
                            + " FROM c, LATERAL TABLE(ML_PREDICT('warm.up.m', content)) AS p(vector))",
                    "SELECT id, concat_ws(' ', name, cast(id AS STRING)) FROM (VALUES (1, 'a')) AS t(id, name)");

    private WarmUp() {}

    /** Runs in a thread of its own. Errors are ignored: then the user's first statement is slower. */
    static void start(SqlGatewayServiceImpl gateway, Path folder) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                run(gateway, folder);
                            } catch (Exception e) {
                                LOG.warn("Flink was not warmed up", e);
                            }
                        },
                        "warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    private static void run(SqlGatewayServiceImpl gateway, Path folder) throws Exception {
        Environment environment =
                new Environment(
                        "warm",
                        "warm",
                        null,
                        List.of(new Database("up", "up", null)),
                        List.of(new Connection("c", "openai", "http://127.0.0.1:1", Map.of())));
        StatementContext context = new StatementContext("warm-up", "admin", Map.of(), Map.of(), false);
        EnvironmentCatalog catalog =
                new EnvironmentCatalog("warm", environment, "up", context, new CatalogStore(folder));
        SessionHandle handle =
                gateway.openSession(
                        SessionEnvironment.newBuilder()
                                .setSessionEndpointVersion(new EndpointVersion() {})
                                .registerCatalog("warm", catalog)
                                .registerCatalog("memory", new GenericInMemoryCatalog("memory", "tables"))
                                .setDefaultCatalog("memory")
                                .registerModuleAtHead(
                                        ModelModule.NAME,
                                        new ModelModule(new ModelResolver(new ObjectNames(Map.of("warm", catalog), "warm", "up"))))
                                .build());
        OperationManager operations = gateway.getSession(handle).getOperationManager();
        for (String statement : STATEMENTS) {
            OperationHandle operation =
                    operations.submitOperation(
                            ignored -> gateway.getSession(handle).createExecutor().executeStatement(ignored, statement));
            operations.awaitOperationTermination(operation);
        }
        gateway.closeSession(handle);
    }
}
