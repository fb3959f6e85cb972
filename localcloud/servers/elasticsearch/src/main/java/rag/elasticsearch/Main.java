package rag.elasticsearch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** One node of Elasticsearch on this machine alone. {@code Main INSTALLATION DATA PORT} */
public final class Main {

    private Main() {}

    public static void main(String[] args) throws InterruptedException {
        try {
            start(args);
        } catch (Exception e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            System.out.println("Error: " + cause.getMessage());
            System.exit(1);
        }
        new CountDownLatch(1).await(); // its own threads keep no process alive
    }

    private static void start(String[] args) throws Exception {
        Path installation = Path.of(args[0]);
        Path data = Path.of(args[1]);
        LogConfigurator.configureESLogging();
        Settings settings =
                Settings.builder()
                        .put("path.home", data.toString())
                        .put("path.data", data.resolve("data").toString())
                        .put("cluster.name", "localcloud")
                        .put("node.name", "localcloud")
                        .put("network.host", "127.0.0.1")
                        .put("http.port", args[2])
                        .put("transport.port", "0")
                        .put("discovery.type", "single-node")
                        // There is one node: an index without copies is as good as it gets.
                        .put("cluster.routing.allocation.disk.threshold_enabled", false)
                        .build();
        Environment environment = new Environment(settings, Files.createDirectories(data.resolve("config")));
        PluginsLoader plugins =
                PluginsLoader.createPluginsLoader(
                        PluginsLoader.loadModulesBundles(installation.resolve("modules"), false), Set.of(), Map.of());
        Node node = new Node(environment, plugins);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node), "stop"));
        node.start();
    }

    private static void close(Node node) {
        try {
            node.close(); // writes what is in memory
        } catch (Exception e) {
            System.out.println("Error: Elasticsearch did not stop in order: " + e.getMessage());
        }
    }
}
