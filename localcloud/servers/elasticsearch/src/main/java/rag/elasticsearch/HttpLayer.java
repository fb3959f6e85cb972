package rag.elasticsearch;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.elasticsearch.TransportVersion;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.common.network.NetworkService;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.util.BigArrays;
import org.elasticsearch.common.util.PageCacheRecycler;
import org.elasticsearch.common.util.concurrent.ThreadContext;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.http.HttpPreRequest;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.indices.breaker.CircuitBreakerService;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.telemetry.TelemetryProvider;
import org.elasticsearch.threadpool.ThreadPool;
import org.elasticsearch.transport.TcpChannel;
import org.elasticsearch.transport.Transport;
import org.elasticsearch.transport.netty4.Netty4Plugin;
import org.elasticsearch.transport.netty4.Netty4Transport;
import org.elasticsearch.transport.netty4.SharedGroupFactory;
import org.elasticsearch.xcontent.NamedXContentRegistry;

/** Elasticsearch's own HTTP layer; requests have to have the login, and other nodes are not let in. */
public final class HttpLayer extends Netty4Plugin implements ActionPlugin {

    /** The one of this machine's user, in two variables; made by Elasticsearch's plugin loader. */
    public HttpLayer() {}

    @Override
    public Map<String, Supplier<HttpServerTransport>> getHttpTransports(
            Settings settings,
            ThreadPool threads,
            BigArrays arrays,
            PageCacheRecycler pages,
            CircuitBreakerService breakers,
            NamedXContentRegistry contents,
            NetworkService network,
            HttpServerTransport.Dispatcher dispatcher,
            BiConsumer<HttpPreRequest, ThreadContext> context,
            ClusterSettings clusterSettings,
            TelemetryProvider telemetry) {
        Login login =
                new Login(
                        System.getenv("LOCALCLOUD_ELASTICSEARCH_USERNAME"),
                        System.getenv("LOCALCLOUD_ELASTICSEARCH_PASSWORD"));
        return super.getHttpTransports(
                settings,
                threads,
                arrays,
                pages,
                breakers,
                contents,
                network,
                new LoginGuard(dispatcher, login),
                context,
                clusterSettings,
                telemetry);
    }

    /** Nodes speak to one another without a login: whoever connects is cut off before a word is read. */
    @Override
    public Map<String, Supplier<Transport>> getTransports(
            Settings settings,
            ThreadPool threads,
            PageCacheRecycler pages,
            CircuitBreakerService breakers,
            NamedWriteableRegistry writeables,
            NetworkService network) {
        return Map.of(
                NETTY_TRANSPORT_NAME,
                () ->
                        new Netty4Transport(
                                settings,
                                TransportVersion.current(),
                                threads,
                                network,
                                pages,
                                writeables,
                                breakers,
                                new SharedGroupFactory(settings)) {

                            @Override
                            protected void serverAcceptedChannel(TcpChannel channel) {
                                channel.close();
                            }
                        });
    }

    @Override
    public Collection<RestHandler> getRestHandlers(
            RestHandlersServices services, Supplier<DiscoveryNodes> nodes, Predicate<NodeFeature> features) {
        return List.of(new Banner());
    }
}
