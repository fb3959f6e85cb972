package rag.flink.statement;

import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlNode;
import org.apache.flink.sql.parser.dql.SqlRichDescribeConnection;
import org.apache.flink.sql.parser.dql.SqlShowConnections;
import org.apache.flink.table.catalog.CatalogManager;
import org.apache.flink.table.operations.Operation;
import rag.flink.UserException;
import rag.flink.catalog.EnvironmentCatalog;
import rag.flink.workspace.Connection;
import rag.flink.workspace.Environment;

/**
 * {@code SHOW CONNECTIONS} and {@code DESCRIBE CONNECTION}, which Flink parses and cannot execute. The columns are
 * Confluent's; a secret is in none of them.
 *
 * <p>What changes a connection never comes here, as it has secrets in its text: the control plane does it.
 */
final class ConnectionViews {

    /** The words at the beginning of a statement that the control plane does itself. */
    private static final List<String> CHANGES =
            List.of("SqlCreateConnection", "SqlAlterConnectionSet", "SqlDropConnection");

    private ConnectionViews() {}

    /** The operation of a statement about connections; empty for any other. */
    static Optional<Operation> of(SqlNode statement, CatalogManager catalogs) {
        if (CHANGES.contains(statement.getClass().getSimpleName())) {
            throw new UserException("The local cloud ended before this statement was done: run it again.");
        }
        if (statement instanceof SqlShowConnections show) {
            return Optional.of(show(show, environment(catalogs, catalogs.getCurrentCatalog())));
        }
        if (statement instanceof SqlRichDescribeConnection describe) {
            return Optional.of(describe(describe.fullConnectionName(), catalogs));
        }
        return Optional.empty();
    }

    private static Operation show(SqlShowConnections show, Environment environment) {
        if (show.getPreposition() != null) {
            throw new UserException(
                    "SHOW CONNECTIONS takes no database: all connections of the environment are listed; write SHOW"
                            + " CONNECTIONS LIKE 'pattern' for some of them.");
        }
        List<List<String>> rows =
                environment.connections().stream()
                        .map(Connection::name)
                        .filter(name -> ShowTexts.isWanted(show, name))
                        .sorted()
                        .map(List::of)
                        .toList();
        return new ShowTexts("SHOW CONNECTIONS", List.of("Name"), rows);
    }

    private static Operation describe(String[] path, CatalogManager catalogs) {
        String name = path[path.length - 1];
        String catalog = path.length == 3 ? path[0] : catalogs.getCurrentCatalog();
        Environment environment = environment(catalogs, catalog);
        Connection found =
                environment
                        .connection(name)
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                "The connection '" + name + "' does not exist in environment '"
                                                        + environment.name() + "'."));
        String comment = found.comment() == null ? "" : found.comment();
        return new ShowTexts(
                "DESCRIBE CONNECTION",
                List.of("Name", "Type", "Endpoint", "Comment"),
                List.of(List.of(name, found.type(), found.endpoint(), comment)));
    }

    private static Environment environment(CatalogManager catalogs, String name) {
        return catalogs.getCatalog(name)
                .filter(EnvironmentCatalog.class::isInstance)
                .map(catalog -> ((EnvironmentCatalog) catalog).environment())
                .orElseThrow(() -> new UserException("The catalog '" + name + "' has no connections."));
    }
}
