package rag.flink.catalog;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.table.catalog.CatalogView;
import org.apache.flink.table.catalog.ResolvedCatalogView;
import rag.flink.UserException;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

/** The views of one database. */
final class Views {

    private final Environment environment;
    private final Database database;
    private final CatalogStore store;

    Views(Environment environment, Database database, CatalogStore store) {
        this.environment = environment;
        this.database = database;
        this.store = store;
    }

    boolean exists(String name) {
        return find(name).isPresent();
    }

    Optional<CatalogView> find(String name) {
        CatalogEntries.View view = store.read(environment, database, entries -> entries.views().get(name));
        return Optional.ofNullable(view)
                .map(
                        found ->
                                CatalogView.of(
                                        found.columns().toSchema(),
                                        found.comment(),
                                        found.original(),
                                        found.expanded(),
                                        Map.of()));
    }

    /** Creates a view, or replaces the query of one, also by a query with other columns. */
    void replace(String name, ResolvedCatalogView view) {
        if (uses(view.getExpandedQuery(), name, new HashSet<>())) {
            throw new UserException("The view '" + name + "' would be made of itself: write a query that does not use it.");
        }
        CatalogEntries.View entry =
                new CatalogEntries.View(
                        Fields.of(view.getResolvedSchema()),
                        view.getComment(),
                        view.getOriginalQuery(),
                        view.getExpandedQuery());
        store.change(environment, database, entries -> entries.views().put(name, entry));
    }

    /** Renames a view; statements that use its old name no longer find it, as with any other relation. */
    void rename(String name, String newName) {
        store.change(
                environment, database, entries -> entries.views().put(newName, entries.views().remove(name)));
    }

    /** Whether a query reads that view, directly or through others; an expanded query has full names. */
    private boolean uses(String expanded, String name, Set<String> visited) {
        if (isNamedIn(expanded, name)) {
            return true;
        }
        Map<String, CatalogEntries.View> views =
                store.read(environment, database, entries -> Map.copyOf(entries.views()));
        return views.entrySet().stream()
                .filter(other -> isNamedIn(expanded, other.getKey()) && visited.add(other.getKey()))
                .anyMatch(other -> uses(other.getValue().expanded(), name, visited));
    }

    private boolean isNamedIn(String expanded, String name) {
        return expanded.contains("`.`" + database.name() + "`.`" + name.replace("`", "``") + "`");
    }
}
