package rag.neo4j;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.graphdb.GraphDatabaseService;

/** Neo4j on this machine alone, with one user. {@code Main FOLDER PORT} */
public final class Main {

    private static final String USERNAME = System.getenv("LOCALCLOUD_NEO4J_USERNAME");
    private static final String PASSWORD = System.getenv("LOCALCLOUD_NEO4J_PASSWORD");

    private static final long PAGE_CACHE_BYTES = 64L << 20;

    private Main() {}

    public static void main(String[] args) {
        Path folder = Path.of(args[0]);
        try {
            makeUser(folder);
            SocketAddress address = new SocketAddress("127.0.0.1", Integer.parseInt(args[1]));
            DatabaseManagementService server = builder(folder)
                    .setConfig(BoltConnector.enabled, true)
                    .setConfig(BoltConnector.listen_address, address)
                    .setConfig(BoltConnector.advertised_address, address)
                    .build();
            Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "stop"));
        } catch (IOException | RuntimeException e) {
            e.printStackTrace();
            System.err.println("Error: Neo4j cannot use its data in " + folder
                    + ": the lines before this one have the reason; put a copy of the folder back, or delete it.");
            System.exit(1);
        }
    }

    /** At the first start, before anybody can connect: Neo4j's own first user has a password that all know. */
    private static void makeUser(Path folder) throws IOException {
        Path made = folder.resolve("user-made");
        if (Files.exists(made)) {
            return;
        }
        DatabaseManagementService server = builder(folder).build();
        try {
            GraphDatabaseService system = server.database("system");
            system.executeTransactionally(
                    "CREATE OR REPLACE USER $name SET PLAINTEXT PASSWORD $password SET PASSWORD CHANGE NOT REQUIRED",
                    Map.of("name", USERNAME, "password", PASSWORD));
            system.executeTransactionally("DROP USER neo4j IF EXISTS");
        } finally {
            server.shutdown();
        }
        Files.createFile(made);
    }

    private static DatabaseManagementServiceBuilder builder(Path folder) {
        return new DatabaseManagementServiceBuilder(folder)
                .setConfig(GraphDatabaseSettings.auth_enabled, true)
                .setConfig(GraphDatabaseSettings.udc_enabled, false)
                .setConfig(GraphDatabaseSettings.pagecache_memory, PAGE_CACHE_BYTES)
                // Half a gigabyte else, for a database of a few megabytes.
                .setConfig(GraphDatabaseSettings.preallocate_logical_logs, false);
    }
}
