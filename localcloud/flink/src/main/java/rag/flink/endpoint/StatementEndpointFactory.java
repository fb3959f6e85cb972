package rag.flink.endpoint;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.gateway.api.endpoint.SqlGatewayEndpoint;
import org.apache.flink.table.gateway.api.endpoint.SqlGatewayEndpointFactory;
import org.apache.flink.table.gateway.service.SqlGatewayServiceImpl;
import rag.endpoint.PrivateServer;
import rag.flink.catalog.CatalogStore;
import rag.flink.statement.Statements;

/** Creates the gateway's endpoint, in place of the REST one, which has neither traits nor Confluent's row encoding. */
public final class StatementEndpointFactory implements SqlGatewayEndpointFactory {

    public static final String IDENTIFIER = "confluent";

    /** Folder of the catalog entries, the checkpoints and the file with the endpoint's port. */
    public static final ConfigOption<String> STATE =
            ConfigOptions.key("sql-gateway.endpoint.confluent.state").stringType().noDefaultValue();

    /** Interval of checkpoints, and so of an INSERT's commits. */
    public static final ConfigOption<Duration> COMMIT_INTERVAL =
            ConfigOptions.key("sql-gateway.endpoint.confluent.commit-interval")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(1));

    private static final String TOKEN_VARIABLE = "FLINK_ENDPOINT_TOKEN";

    @Override
    public SqlGatewayEndpoint createSqlGatewayEndpoint(Context context) {
        ReadableConfig config = context.getFlinkConfiguration();
        Path state = Path.of(config.get(STATE));
        CatalogStore store = new CatalogStore(state.resolve("catalog"));
        Statements statements =
                new Statements(
                        (SqlGatewayServiceImpl) context.getSqlGatewayService(),
                        store,
                        state.resolve("checkpoints"),
                        config.get(COMMIT_INTERVAL));
        String token = PrivateServer.tokenIn(TOKEN_VARIABLE);
        return new StatementEndpoint(statements, store, token, state.resolve("port"));
    }

    @Override
    public String factoryIdentifier() {
        return IDENTIFIER;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }
}
