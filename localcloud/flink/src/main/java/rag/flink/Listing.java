package rag.flink;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A list of known names with the answer for each, one a line. The code decides by it, and the tables of {@code
 * docs/local-cloud-sql.md} are generated from it.
 */
public final class Listing {

    private final Map<String, Row> rows = new LinkedHashMap<>();

    /** One line: a name, and two columns whose meaning depends on the list. */
    public record Row(String name, String answer, String text) {}

    private Listing() {}

    /** Reads a resource beside this class: three columns, separated by tabs. */
    public static Listing read(String resource) {
        Listing listing = new Listing();
        lines(resource).forEach(columns -> listing.rows.put(columns[0], new Row(columns[0], columns[1], columns[2])));
        return listing;
    }

    /** The lines of a resource beside this class, as columns. */
    static Stream<String[]> lines(String resource) {
        try (InputStream stream = Listing.class.getResourceAsStream(resource)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().map(line -> line.split("\t", -1));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + resource, e);
        }
    }

    public Optional<Row> find(String name) {
        return Optional.ofNullable(rows.get(name));
    }

    public Collection<Row> rows() {
        return rows.values();
    }
}
