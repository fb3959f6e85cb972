package rag.flink.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.catalog.CatalogModel;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.exceptions.ModelNotExistException;
import rag.flink.UserException;
import rag.flink.catalog.EnvironmentCatalog;

/** Resolves a model's name for one statement: {@code m}, {@code database.m} or {@code catalog.database.m}. */
public final class ModelResolver {

    private final Map<String, EnvironmentCatalog> catalogs;
    private final String currentCatalog;
    private final String currentDatabase;

    /** A model and the environment whose connections it uses. */
    record Found(String name, String environmentId, CatalogModel model) {}

    public ModelResolver(Map<String, EnvironmentCatalog> catalogs, String currentCatalog, String currentDatabase) {
        this.catalogs = catalogs;
        this.currentCatalog = currentCatalog;
        this.currentDatabase = currentDatabase;
    }

    Found resolve(String name) {
        List<String> path = new ArrayList<>();
        if (path(name).size() < 3) {
            path.add(currentCatalog);
        }
        if (path(name).size() < 2) {
            path.add(currentDatabase);
        }
        path.addAll(path(name));
        EnvironmentCatalog catalog = path.size() == 3 ? catalogs.get(path.get(0)) : null;
        if (catalog != null) {
            try {
                CatalogModel model = catalog.getModel(new ObjectPath(path.get(1), path.get(2)));
                return new Found(path.get(2), catalog.environment().id(), model);
            } catch (ModelNotExistException e) {
                // reported below, as for an unknown catalog
            }
        }
        throw new UserException(
                "Model '" + name + "' does not exist, or you do not have permission to access it. Using current catalog '"
                        + currentCatalog + "' and current database '" + currentDatabase + "'.");
    }

    /** Splits at dots outside backticks. */
    private static List<String> path(String name) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean quoted = false;
        for (char c : name.toCharArray()) {
            if (c == '`') {
                quoted = !quoted;
            } else if (c == '.' && !quoted) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts;
    }
}
