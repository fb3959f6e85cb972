package rag.flink;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A list of what is known, one thing a line: by it the code decides, and from it the tables of {@code docs/clients.md} are
 * made.
 */
public final class Listing {

    private final Map<String, Row> rows = new LinkedHashMap<>();

    /** One line: its name, and two columns whose meaning is the list's own. */
    public record Row(String name, String answer, String text) {}

    private Listing() {}

    /** Reads a resource beside this class: three columns, separated by tabs. */
    public static Listing read(String resource) {
        Listing listing = new Listing();
        try (InputStream stream = Listing.class.getResourceAsStream(resource)) {
            for (String line : new String(stream.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                String[] columns = line.split("\t", -1);
                listing.rows.put(columns[0], new Row(columns[0], columns[1], columns[2]));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + resource, e);
        }
        return listing;
    }

    public Optional<Row> find(String name) {
        return Optional.ofNullable(rows.get(name));
    }

    public Collection<Row> rows() {
        return rows.values();
    }
}
