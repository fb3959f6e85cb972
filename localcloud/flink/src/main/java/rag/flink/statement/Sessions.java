package rag.flink.statement;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.table.catalog.Catalog;
import org.apache.flink.table.gateway.api.endpoint.EndpointVersion;
import org.apache.flink.table.gateway.api.session.SessionEnvironment;
import org.apache.flink.table.gateway.api.session.SessionHandle;
import org.apache.flink.table.gateway.service.SqlGatewayServiceImpl;
import org.apache.flink.table.gateway.service.session.Session;
import rag.flink.UserException;
import rag.flink.catalog.CatalogStore;
import rag.flink.catalog.EnvironmentCatalog;
import rag.flink.catalog.ExamplesCatalog;
import rag.flink.catalog.ObjectNames;
import rag.flink.catalog.StatementContext;
import rag.flink.model.ModelModule;
import rag.flink.model.ModelResolver;
import rag.flink.preprocessing.PreprocessingModule;
import rag.flink.search.SearchModule;
import rag.flink.workspace.Environment;
import rag.flink.workspace.Workspace;

/**
 * Opens a session of the SQL gateway for one statement: every environment is a catalog in it, by id and by name, and
 * so is {@code examples}.
 *
 * <p>One session for each statement, because principal, current database and properties differ between statements.
 */
final class Sessions {

    private static final EndpointVersion VERSION = new EndpointVersion() {};

    private final SqlGatewayServiceImpl gateway;
    private final CatalogStore store;

    Sessions(SqlGatewayServiceImpl gateway, CatalogStore store) {
        this.gateway = gateway;
        this.store = store;
    }

    Session open(StatementRequest request, Properties properties) {
        StatementContext context = properties.context(request);
        Map<String, EnvironmentCatalog> catalogs = new LinkedHashMap<>();
        for (Environment environment : Workspace.current().environments()) {
            add(catalogs, environment.id(), environment, properties, context);
        }
        for (Environment environment : Workspace.current().environments()) {
            if (!catalogs.containsKey(environment.name())) {
                add(catalogs, environment.name(), environment, properties, context);
            }
        }
        Map<String, Catalog> all = new LinkedHashMap<>(catalogs);
        all.putIfAbsent(ExamplesCatalog.NAME, new ExamplesCatalog(context)); // an environment of that name hides it
        Catalog current = all.get(properties.currentCatalog());
        if (current == null) {
            throw new UserException(
                    "The catalog '" + properties.currentCatalog()
                            + "' does not exist, or you do not have permission to access it.");
        }
        String database = properties.currentDatabase();
        if (!database.equals(Properties.NO_DATABASE) && !current.databaseExists(database)) {
            throw new UserException(
                    "The database '" + database + "' does not exist in catalog '" + properties.currentCatalog()
                            + "', or you do not have permission to access it.");
        }
        ObjectNames names = new ObjectNames(catalogs, properties.currentCatalog(), database);
        SessionEnvironment.Builder builder =
                SessionEnvironment.newBuilder()
                        .setSessionName(request.name())
                        .setSessionEndpointVersion(VERSION)
                        .addSessionConfig(properties.session())
                        .registerModuleAtHead(PreprocessingModule.NAME, new PreprocessingModule())
                        .registerModuleAtHead(SearchModule.NAME, new SearchModule(names))
                        .registerModuleAtHead(ModelModule.NAME, new ModelModule(new ModelResolver(names)));
        all.forEach(builder::registerCatalog);
        SessionHandle handle = gateway.openSession(builder.setDefaultCatalog(properties.currentCatalog()).build());
        return gateway.getSession(handle);
    }

    void close(Session session) {
        gateway.closeSession(session.getSessionHandle());
    }

    private void add(
            Map<String, EnvironmentCatalog> catalogs,
            String name,
            Environment environment,
            Properties properties,
            StatementContext context) {
        catalogs.put(name, new EnvironmentCatalog(name, environment, properties.currentDatabase(), context, store));
    }
}
