package rag.flink.catalog;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import rag.flink.Settings;
import rag.flink.UserException;
import rag.flink.search.ExternalTable;
import rag.flink.search.SearchProviders;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

/** The tables of a database whose rows are in another store: they can be searched, and neither read nor written. */
final class ExternalTables {

    private static final String CONNECTOR = "connector";

    private final Environment environment;
    private final Database database;
    private final CatalogStore store;

    ExternalTables(Environment environment, Database database, CatalogStore store) {
        this.environment = environment;
        this.database = database;
        this.store = store;
    }

    static boolean isExternal(CatalogBaseTable table) {
        return table instanceof CatalogTable && SearchProviders.isExternal(table.getOptions());
    }

    static UserException isReadOnly(String name) {
        return new UserException(
                "The external table '" + name + "' can only be searched: write into its store with a sink connector.");
    }

    static UserException isSearchedOnly(String name) {
        return new UserException(
                "The external table '" + name + "' can only be searched: write LATERAL TABLE(VECTOR_SEARCH_AGG(" + name
                        + ", DESCRIPTOR(vector), other.vector, 3)) beside another table.");
    }

    /** Refuses options that would say nothing of a topic. */
    static void requireNone(Collection<String> keys) {
        keys.stream()
                .filter(key -> SearchProviders.connectorOf(key).isPresent())
                .sorted()
                .findFirst()
                .ifPresent(
                        key -> {
                            throw new UserException(
                                    "The option '" + key + "' is an external table's: add '" + CONNECTOR + "' = '"
                                            + SearchProviders.connectorOf(key).orElseThrow() + "', or leave it out.");
                        });
    }

    Optional<CatalogTable> find(String name) {
        return store.read(environment, database, entries -> Optional.ofNullable(entries.externals().get(name)))
                .map(
                        external ->
                                CatalogTable.newBuilder()
                                        .schema(external.columns().toSchema())
                                        .comment(external.comment())
                                        .options(external.options())
                                        .build());
    }

    /** Keeps the table; nothing is asked of its store, which may not be there yet. */
    void create(String name, ResolvedCatalogTable table) {
        Map<String, String> options = new LinkedHashMap<>();
        table.getOptions().forEach((key, value) -> options.put(SearchProviders.canonical(key), value));
        Settings.TABLE.requireServed(options);
        requirePlain(name, table, options);
        ExternalTable.of(name, table.getResolvedSchema(), options).check(environment);
        store.change(
                environment,
                database,
                entries ->
                        entries.externals()
                                .put(
                                        name,
                                        new CatalogEntries.External(
                                                Fields.of(table.getResolvedSchema()), options, table.getComment())));
    }

    private static void requirePlain(String name, ResolvedCatalogTable table, Map<String, String> options) {
        boolean plain =
                table.getDistribution().isEmpty()
                        && table.getResolvedSchema().getPrimaryKey().isEmpty()
                        && table.getResolvedSchema().getWatermarkSpecs().isEmpty()
                        && table.getResolvedSchema().getColumns().stream().allMatch(column -> column.isPhysical());
        if (!plain) {
            throw new UserException(
                    "The external table '" + name
                            + "' has a key, a watermark, buckets or a computed column: it can have plain columns alone.");
        }
        String connector = options.get(CONNECTOR).toLowerCase(Locale.ROOT);
        options.keySet().stream()
                .filter(key -> !key.equals(CONNECTOR))
                .filter(key -> !SearchProviders.connectorOf(key).equals(Optional.of(connector)))
                .sorted()
                .findFirst()
                .ifPresent(
                        key -> {
                            String whose =
                                    SearchProviders.connectorOf(key)
                                            .map(other -> "one of tables with '" + CONNECTOR + "' = '" + other + "'")
                                            .orElse("a topic's");
                            throw new UserException(
                                    "The option '" + key + "' is " + whose + ": leave it out of the external table '"
                                            + name + "', or leave out '" + CONNECTOR + "' = '" + connector + "'.");
                        });
    }
}
