package rag.connect;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.runtime.Worker;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.standalone.StandaloneConfig;
import org.apache.kafka.connect.runtime.standalone.StandaloneHerder;
import org.apache.kafka.connect.storage.MemoryOffsetBackingStore;
import rag.endpoint.PrivateServer;

/**
 * Kafka Connect for the local cloud in one process, without its REST server, which nobody would have to log in to.
 * {@code Main PORT_FILE}
 *
 * <p>Nothing is kept here: connectors are put by the local cloud at every start, and how far a sink has read is in its
 * consumer group.
 */
public final class Main {

    private static final String TOKEN_VARIABLE = "CONNECT_ENDPOINT_TOKEN";
    private static final String WORKER = "worker";

    /** Connect asks for a place for sources' offsets; this worker has sinks alone. */
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
            return WORKER;
        }
    }

    private Main() {}

    public static void main(String[] args) throws Exception {
        String token = PrivateServer.tokenIn(TOKEN_VARIABLE);
        Map<String, String> properties = Map.of(
                // Each connector names its own cluster and converters; the worker itself asks for nothing there.
                "bootstrap.servers", "127.0.0.1:9",
                "key.converter", "org.apache.kafka.connect.converters.ByteArrayConverter",
                "value.converter", "org.apache.kafka.connect.converters.ByteArrayConverter",
                "offset.storage.file.filename", "unused",
                "plugin.discovery", "service_load",
                // A killed worker's successor begins where the last commit was: what is written twice until then is little.
                "offset.flush.interval.ms", "2000",
                "connector.client.config.override.policy", "All");
        Plugins plugins = new Plugins(properties);
        plugins.compareAndSwapWithDelegatingLoader();
        StandaloneConfig config = new Configuration(properties);
        AllConnectorClientConfigOverridePolicy policy = new AllConnectorClientConfigOverridePolicy();
        NoSourceOffsets sourceOffsets = new NoSourceOffsets();
        sourceOffsets.configure(config);
        Worker worker = new Worker(WORKER, Time.SYSTEM, plugins, config, sourceOffsets, policy);
        StandaloneHerder herder = new StandaloneHerder(worker, WORKER, policy);
        herder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(herder::stop, "stop"));
        Endpoint endpoint = new Endpoint(new Connectors(herder, worker));
        new PrivateServer(token, Path.of(args[0]), endpoint).start();
    }
}
