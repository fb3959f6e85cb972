package rag.connect;

import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.runtime.Worker;
import org.apache.kafka.connect.runtime.isolation.LoaderSwap;
import org.apache.kafka.connect.runtime.isolation.PluginDesc;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.standalone.StandaloneConfig;
import org.apache.kafka.connect.runtime.standalone.StandaloneHerder;
import org.apache.kafka.connect.storage.MemoryOffsetBackingStore;

/**
 * A worker of Kafka Connect for the connectors of the class path, and one for each plugin that a connector uses.
 *
 * <p>Connect finds a class by its name in all plugins of a worker: in one worker, a plugin with a newer class of that
 * name would run in place of another plugin's, or of a managed connector's.
 */
final class Workers {

    /** Connect asks for a place for sources' offsets; this process has sinks alone. */
    private static final class NoSourceOffsets extends MemoryOffsetBackingStore {

        @Override
        public Set<Map<String, Object>> connectorPartitions(String connector) {
            return Set.of();
        }
    }

    /** The worker would ask its own Kafka cluster for its id, and there is none. */
    private static final class Configuration extends StandaloneConfig {

        private Configuration(Map<String, String> properties) {
            super(properties);
        }

        @Override
        public String kafkaClusterId() {
            return MANAGED;
        }
    }

    private record Running(Plugins plugins, StandaloneHerder herder, Connectors connectors) {

        LoaderSwap swap() {
            return plugins.withClassLoader(plugins.delegatingLoader());
        }
    }

    private static final String MANAGED = "managed";
    private static final String UNDEFINED = "undefined";
    private static final Map<String, String> PROPERTIES = Map.of(
            // Each connector names its own cluster and converters; the worker itself asks for nothing there.
            "bootstrap.servers", "127.0.0.1:9",
            "key.converter", "org.apache.kafka.connect.converters.ByteArrayConverter",
            "value.converter", "org.apache.kafka.connect.converters.ByteArrayConverter",
            "offset.storage.file.filename", "unused",
            "plugin.discovery", "service_load",
            // A killed worker's successor begins where the last commit was: what is written twice until then is little.
            "offset.flush.interval.ms", "2000",
            "connector.client.config.override.policy", "All");

    private final Map<String, Running> running = new ConcurrentHashMap<>();
    /** Connector -> folder of its plugin, empty for one of the class path. */
    private final Map<String, String> folders = new ConcurrentHashMap<>();

    Workers() {
        running.put("", started("", MANAGED));
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
    }

    /** {@code plugin}: the folder below which its files are, empty for a connector of the class path. */
    synchronized void put(String name, String plugin, Map<String, String> settings) {
        String before = folders.get(name);
        if (before != null && !before.equals(plugin)) {
            delete(name);
        }
        folders.put(name, plugin);
        Running worker = running.computeIfAbsent(plugin, folder -> started(folder, folder));
        try (LoaderSwap swap = worker.swap()) {
            worker.connectors.put(name, plugin.isEmpty() ? settings : exactly(worker.plugins, plugin, settings));
        }
    }

    void restart(String name) {
        Running worker = workerOf(folders.get(name));
        if (worker == null) {
            throw new NoSuchElementException("Connector " + name + " is unknown.");
        }
        try (LoaderSwap swap = worker.swap()) {
            worker.connectors.restart(name);
        }
    }

    /** Returns when its tasks have ended; the last one of a plugin ends the plugin's worker. */
    void delete(String name) {
        String plugin = folders.remove(name);
        Running worker = workerOf(plugin);
        if (worker == null) {
            return;
        }
        try (LoaderSwap swap = worker.swap()) {
            worker.connectors.delete(name);
        }
        endUnused(plugin);
    }

    Map<String, Connectors.State> states() {
        return running.values().stream()
                .flatMap(worker -> worker.connectors.states().entrySet().stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private Running workerOf(String plugin) {
        return plugin == null ? null : running.get(plugin);
    }

    private synchronized void endUnused(String plugin) {
        if (!plugin.isEmpty() && !folders.containsValue(plugin)) {
            Running unused = running.remove(plugin);
            if (unused != null) {
                unused.herder.stop();
            }
        }
    }

    private void stop() {
        running.values().forEach(worker -> worker.herder.stop());
    }

    private static Running started(String plugin, String id) {
        Map<String, String> properties = new HashMap<>(PROPERTIES);
        if (!plugin.isEmpty()) {
            properties.put("plugin.path", plugin);
        }
        Plugins plugins = new Plugins(properties);
        try (LoaderSwap swap = plugins.withClassLoader(plugins.delegatingLoader())) {
            StandaloneConfig config = new Configuration(properties);
            AllConnectorClientConfigOverridePolicy policy = new AllConnectorClientConfigOverridePolicy();
            NoSourceOffsets sourceOffsets = new NoSourceOffsets();
            sourceOffsets.configure(config);
            Worker worker = new Worker(id, Time.SYSTEM, plugins, config, sourceOffsets, policy);
            StandaloneHerder herder = new StandaloneHerder(worker, MANAGED, policy);
            herder.start();
            return new Running(plugins, herder, new Connectors(herder, worker));
        }
    }

    /** Names the version of the plugin's own class: the class path may have a newer one of the same name. */
    private static Map<String, String> exactly(Plugins plugins, String folder, Map<String, String> settings) {
        String named = settings.get("connector.class");
        String version = plugins.sinkConnectors().stream()
                .filter(found -> found.className().equals(named) && found.location().contains(folder))
                .map(PluginDesc::version)
                .findAny()
                .orElse(UNDEFINED);
        Map<String, String> exact = new HashMap<>(settings);
        if (!version.equals(UNDEFINED)) {
            exact.put("connector.plugin.version", "[" + version + "]");
        }
        return exact;
    }
}
