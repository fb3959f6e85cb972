package rag.flink.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.catalog.ObjectPath;

/** What a name in a string means to one statement: {@code x}, {@code database.x} or {@code catalog.database.x}. */
public record ObjectNames(Map<String, EnvironmentCatalog> catalogs, String currentCatalog, String currentDatabase) {

    /** Where to look for the object. */
    public record Place(EnvironmentCatalog catalog, ObjectPath path) {}

    /** Empty if there is no such catalog. */
    public Optional<Place> find(String name) {
        List<String> path = new ArrayList<>();
        List<String> given = parts(name);
        if (given.size() < 3) {
            path.add(currentCatalog);
        }
        if (given.size() < 2) {
            path.add(currentDatabase);
        }
        path.addAll(given);
        EnvironmentCatalog catalog = path.size() == 3 ? catalogs.get(path.get(0)) : null;
        return catalog == null || path.contains("")
                ? Optional.empty()
                : Optional.of(new Place(catalog, new ObjectPath(path.get(1), path.get(2))));
    }

    /** Flink's own words for what is not there. */
    public String missing(String kind, String name) {
        return kind + " '" + name + "' does not exist, or you do not have permission to access it. Using current catalog '"
                + currentCatalog + "' and current database '" + currentDatabase + "'.";
    }

    /** Splits at dots outside backticks. */
    private static List<String> parts(String name) {
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
