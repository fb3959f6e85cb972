package rag.flink.statement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlNode;
import org.apache.flink.sql.parser.dql.SqlShowCatalogs;
import org.apache.flink.sql.parser.dql.SqlShowDatabases;
import org.apache.flink.table.catalog.Catalog;
import org.apache.flink.table.catalog.CatalogManager;
import org.apache.flink.table.operations.Operation;
import rag.flink.UserException;
import rag.flink.catalog.EnvironmentCatalog;
import rag.flink.catalog.ExamplesCatalog;
import rag.flink.workspace.Workspace;

/** {@code SHOW CATALOGS} and {@code SHOW DATABASES}: each environment and cluster once, with its id. */
final class CatalogViews {

    private static final Comparator<List<String>> BY_NAME = Comparator.comparing(row -> row.get(0));

    private CatalogViews() {}

    /** The operation of such a statement; empty for any other. */
    static Optional<Operation> of(SqlNode statement, CatalogManager catalogs) {
        if (statement instanceof SqlShowCatalogs show) {
            return Optional.of(catalogs(show, catalogs));
        }
        if (statement instanceof SqlShowDatabases show) {
            return Optional.of(databases(show, catalogs));
        }
        return Optional.empty();
    }

    private static Operation catalogs(SqlShowCatalogs show, CatalogManager catalogs) {
        List<List<String>> rows = new ArrayList<>();
        Workspace.current().environments().forEach(one -> rows.add(List.of(one.name(), one.id())));
        if (catalogs.getCatalog(ExamplesCatalog.NAME).filter(ExamplesCatalog.class::isInstance).isPresent()) {
            rows.add(List.of(ExamplesCatalog.NAME, ExamplesCatalog.NAME));
        }
        List<List<String>> wanted =
                rows.stream().filter(row -> ShowTexts.isWanted(show, row.get(0))).sorted(BY_NAME).toList();
        return new ShowTexts("SHOW CATALOGS", List.of("catalog name", "catalog id"), wanted);
    }

    private static Operation databases(SqlShowDatabases show, CatalogManager catalogs) {
        String name = show.getCatalogName() == null ? catalogs.getCurrentCatalog() : show.getCatalogName();
        Catalog catalog =
                catalogs.getCatalog(name)
                        .orElseThrow(() -> new UserException("The catalog '" + name + "' does not exist."));
        List<List<String>> rows =
                ids(catalog).stream().filter(row -> ShowTexts.isWanted(show, row.get(0))).sorted(BY_NAME).toList();
        return new ShowTexts("SHOW DATABASES", List.of("database name", "database id"), rows);
    }

    private static List<List<String>> ids(Catalog catalog) {
        if (catalog instanceof EnvironmentCatalog environment) {
            return environment.environment().databases().stream().map(one -> List.of(one.name(), one.id())).toList();
        }
        return catalog.listDatabases().stream().map(name -> List.of(name, name)).toList();
    }
}
