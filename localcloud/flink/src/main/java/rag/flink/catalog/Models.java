package rag.flink.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.catalog.CatalogModel;
import org.apache.flink.table.catalog.ResolvedCatalogModel;
import rag.flink.model.ModelOptions;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

/** The models of an environment. As on Confluent Cloud, a second model of the same name is its next version. */
final class Models {

    private final Environment environment;
    private final CatalogStore store;

    Models(Environment environment, CatalogStore store) {
        this.environment = environment;
        this.store = store;
    }

    List<String> list(Database database) {
        return store.read(environment, database, entries -> List.copyOf(entries.models().keySet()));
    }

    boolean exists(Database database, String name) {
        return store.read(environment, database, entries -> entries.models().containsKey(name));
    }

    /** The latest version of {@code NAME}, or with {@code NAME$3} the third. */
    Optional<CatalogModel> find(Database database, String name) {
        String[] parts = name.split("\\$", 2);
        List<CatalogEntries.Model> versions =
                store.read(environment, database, entries -> entries.models().getOrDefault(parts[0], List.of()));
        int version = versions.size();
        if (parts.length == 2) {
            version = parts[1].matches("\\d{1,6}") ? Integer.parseInt(parts[1]) : 0;
        }
        if (version < 1 || version > versions.size()) {
            return Optional.empty();
        }
        CatalogEntries.Model model = versions.get(version - 1);
        return Optional.of(
                CatalogModel.of(
                        model.inputs().toSchema(), model.outputs().toSchema(), model.options(), model.comment()));
    }

    void create(Database database, String name, ResolvedCatalogModel model) {
        CatalogEntries.Model entry =
                new CatalogEntries.Model(
                        Fields.of(model.getResolvedInputSchema()),
                        Fields.of(model.getResolvedOutputSchema()),
                        lowerCased(model.getOptions()),
                        model.getComment());
        ModelOptions.check(name, entry.options(), environment);
        store.change(
                environment,
                database,
                entries -> {
                    entries.addModelVersion(name, entry);
                    return null;
                });
    }

    void drop(Database database, String name) {
        store.change(environment, database, entries -> entries.models().remove(name));
    }

    /** Keys of model options are case-insensitive in Confluent's dialect. */
    private static Map<String, String> lowerCased(Map<String, String> options) {
        Map<String, String> lowered = new LinkedHashMap<>();
        options.forEach((key, value) -> lowered.put(key.toLowerCase(Locale.ROOT), value));
        return lowered;
    }
}
