package rag.flink.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.table.catalog.CatalogModel;
import org.apache.flink.table.catalog.ModelChange;
import org.apache.flink.table.catalog.ResolvedCatalogModel;
import rag.flink.UserException;
import rag.flink.model.ModelOptions;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

/**
 * The models of an environment.
 *
 * <p>As on Confluent Cloud, a second model of the same name is its next version. {@code NAME} alone means the default
 * version: the first one, until {@code ALTER MODEL} chooses another.
 */
final class Models {

    private static final String ALL = "all";
    private static final String DEFAULT_VERSION = "default_version";
    private static final int MOST_VERSIONS = 10;

    private final Environment environment;
    private final CatalogStore store;

    Models(Environment environment, CatalogStore store) {
        this.environment = environment;
        this.store = store;
    }

    /** {@code NAME}, {@code NAME$3} or {@code NAME$all}; {@code version} is {@code null} without one. */
    private record Named(String model, String version) {

        static Named of(String name) {
            String[] parts = name.split("\\$", 2);
            return new Named(parts[0], parts.length == 2 ? parts[1] : null);
        }

        /** {@code NAME$all} means all versions for a DROP only; elsewhere it is the default version. */
        int number(CatalogEntries entries) {
            if (version == null || version.equals(ALL)) {
                return entries.defaultVersions().getOrDefault(model, 0);
            }
            return version.matches("\\d{1,6}") ? Integer.parseInt(version) : 0;
        }
    }

    List<String> list(Database database) {
        return store.read(environment, database, entries -> List.copyOf(entries.models().keySet()));
    }

    Optional<CatalogModel> find(Database database, String name) {
        return store.read(environment, database, entries -> version(entries, Named.of(name)))
                .map(
                        model ->
                                CatalogModel.of(
                                        model.inputs().toSchema(),
                                        model.outputs().toSchema(),
                                        model.options(),
                                        model.comment()));
    }

    private static Optional<CatalogEntries.Model> version(CatalogEntries entries, Named name) {
        int number = name.number(entries);
        return entries.models().getOrDefault(name.model(), List.of()).stream()
                .filter(model -> model.version() == number)
                .findFirst();
    }

    /** The versions that a name means; none if there is no such model. */
    List<ModelVersion> versions(Database database, String name) {
        Named named = Named.of(name);
        return store.read(
                environment,
                database,
                entries ->
                        entries.models().getOrDefault(named.model(), List.of()).stream()
                                .filter(model -> ALL.equals(named.version()) || model.version() == named.number(entries))
                                .map(model -> ModelVersion.of(model, isDefault(entries, named, model)))
                                .toList());
    }

    private static boolean isDefault(CatalogEntries entries, Named named, CatalogEntries.Model model) {
        return entries.defaultVersions().getOrDefault(named.model(), 0) == model.version();
    }

    void create(Database database, String name, ResolvedCatalogModel model) {
        requireName(name);
        Map<String, String> options = lowerCased(model.getOptions());
        ModelOptions.check(name, options, environment);
        store.change(
                environment,
                database,
                entries -> {
                    List<CatalogEntries.Model> versions =
                            entries.models().computeIfAbsent(name, key -> new ArrayList<>());
                    int next = versions.isEmpty() ? 1 : versions.get(versions.size() - 1).version() + 1;
                    CatalogEntries.Model entry =
                            new CatalogEntries.Model(
                                    next,
                                    Fields.of(model.getResolvedInputSchema()),
                                    Fields.of(model.getResolvedOutputSchema()),
                                    options,
                                    model.getComment());
                    requireVersion(name, versions, entry);
                    versions.add(entry);
                    entries.defaultVersions().putIfAbsent(name, next);
                    return null;
                });
    }

    private static void requireName(String name) {
        if (name.contains("$")) {
            throw new UserException("The model '" + name + "' needs a name without $, which is followed by a version.");
        }
    }

    /** Versions differ in their options alone (Confluent's CREATE MODEL). */
    private static void requireVersion(String name, List<CatalogEntries.Model> versions, CatalogEntries.Model added) {
        if (versions.isEmpty()) {
            return;
        }
        CatalogEntries.Model before = versions.get(0);
        String differs =
                !before.inputs().equals(added.inputs())
                        ? "INPUT"
                        : !before.outputs().equals(added.outputs())
                                ? "OUTPUT"
                                : !Objects.equals(before.comment(), added.comment()) ? "COMMENT" : "";
        if (!differs.isEmpty()) {
            throw new UserException(
                    "The model '" + name + "' is there with another " + differs
                            + ", and versions differ in their options alone: drop it first with DROP MODEL `" + name
                            + "$all`, or choose another name.");
        }
        if (versions.size() >= MOST_VERSIONS) {
            throw new UserException(
                    "The model '" + name + "' has " + MOST_VERSIONS + " versions, and can have no more: drop one with DROP"
                            + " MODEL `" + name + "$" + before.version() + "`.");
        }
    }

    /** Changes the options of one version, or chooses the default version. */
    void alter(Database database, String name, List<ModelChange> changes) {
        Named named = Named.of(name);
        store.change(
                environment,
                database,
                entries -> {
                    List<CatalogEntries.Model> versions = entries.models().get(named.model());
                    CatalogEntries.Model before = version(entries, named).orElseThrow();
                    Map<String, String> options = new LinkedHashMap<>(before.options());
                    for (ModelChange change : changes) {
                        if (change instanceof ModelChange.SetOption set) {
                            options.put(set.getKey().toLowerCase(Locale.ROOT), set.getValue());
                        } else if (change instanceof ModelChange.ResetOption reset) {
                            options.remove(reset.getKey().toLowerCase(Locale.ROOT));
                            if (reset.getKey().equalsIgnoreCase(DEFAULT_VERSION)) {
                                options.put(DEFAULT_VERSION, Integer.toString(versions.get(0).version()));
                            }
                        }
                    }
                    String defaultVersion = options.remove(DEFAULT_VERSION);
                    if (defaultVersion != null) {
                        entries.defaultVersions().put(named.model(), defaultVersion(named, defaultVersion, entries));
                    }
                    ModelOptions.check(named.model(), options, environment);
                    versions.set(versions.indexOf(before), before.withOptions(options));
                    return null;
                });
    }

    private static int defaultVersion(Named named, String wanted, CatalogEntries entries) {
        if (named.version() != null) {
            throw new UserException(
                    "The default version is that of the model, not of a version: write ALTER MODEL `" + named.model()
                            + "` SET ('" + DEFAULT_VERSION + "' = '" + wanted + "').");
        }
        return version(entries, new Named(named.model(), wanted))
                .map(CatalogEntries.Model::version)
                .orElseThrow(
                        () ->
                                new UserException(
                                        "The model '" + named.model() + "' has no version '" + wanted + "'; it has "
                                                + String.join(
                                                        ", ",
                                                        entries.models().get(named.model()).stream()
                                                                .map(model -> Integer.toString(model.version()))
                                                                .toList())
                                                + "."));
    }

    void rename(Database database, String name, String newName) {
        requireName(newName);
        if (Named.of(name).version() != null) {
            throw new UserException("A version has no name of its own: rename the model '" + Named.of(name).model() + "'.");
        }
        store.change(
                environment,
                database,
                entries -> {
                    entries.models().put(newName, entries.models().remove(name));
                    return entries.defaultVersions().put(newName, entries.defaultVersions().remove(name));
                });
    }

    /** Drops the default version, {@code NAME$3} or {@code NAME$all}; the first of the remaining becomes the default. */
    void drop(Database database, String name) {
        Named named = Named.of(name);
        store.change(
                environment,
                database,
                entries -> {
                    List<CatalogEntries.Model> versions = entries.models().get(named.model());
                    version(entries, named).ifPresent(versions::remove);
                    if (ALL.equals(named.version()) || versions.isEmpty()) {
                        entries.models().remove(named.model());
                        entries.defaultVersions().remove(named.model());
                    } else if (version(entries, new Named(named.model(), null)).isEmpty()) {
                        entries.defaultVersions().put(named.model(), versions.get(0).version());
                    }
                    return null;
                });
    }

    /** Keys of model options are case-insensitive in Confluent's dialect. */
    private static Map<String, String> lowerCased(Map<String, String> options) {
        Map<String, String> lowered = new LinkedHashMap<>();
        options.forEach((key, value) -> lowered.put(key.toLowerCase(Locale.ROOT), value));
        return lowered;
    }
}
