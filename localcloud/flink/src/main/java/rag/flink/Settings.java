package rag.flink;

import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keys that Confluent knows, and the values of each that the local cloud supports.
 *
 * <p>In the list a key's values are a regular expression, or {@code -} if the key is not served. {@code FORMAT} in a key
 * stands for any registered format.
 */
public enum Settings {
    /** Options of {@code CREATE TABLE}, {@code ALTER TABLE} and hints. */
    TABLE("table-options.tsv", "options"),

    /** Properties of a statement. */
    STATEMENT("properties.tsv", "configuration options");

    private static final String NOT_SERVED = "-";
    private static final Pattern FORMAT = Pattern.compile("\\.(avro|json|proto)-registry\\.");
    private static final Pattern ALTERNATIVES = Pattern.compile("[\\w-]+(\\|[\\w-]+)*");

    private final Listing listing;
    private final String noun;

    Settings(String resource, String noun) {
        this.listing = Listing.read(resource);
        this.noun = noun;
    }

    /** Refuses all unknown keys in one sentence, then the first value that is not served. */
    public void requireServed(Map<String, String> given) {
        requireKnown(given.keySet());
        given.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(e -> requireServed(e.getKey(), e.getValue()));
    }

    /** Refuses keys that are not in the list, as Confluent does. Does not repeat their values, which may be secrets. */
    public void requireKnown(Iterable<String> keys) {
        TreeSet<String> unknown = new TreeSet<>();
        for (String key : keys) {
            if (row(key).isEmpty()) {
                unknown.add(key);
            }
        }
        if (!unknown.isEmpty()) {
            throw new UserException(
                    "Unsupported " + noun + " found: " + quoted(unknown.stream()) + ". Supported " + noun + ": "
                            + quoted(listing.rows().stream().filter(Settings::isServed).map(Listing.Row::name)) + ".");
        }
    }

    private void requireServed(String key, String value) {
        Listing.Row row = row(key).orElseThrow();
        if (!isServed(row)) {
            throw new UserException("'" + key + "' is not supported by the local cloud: " + row.text() + ".");
        }
        if (!Pattern.matches(row.answer(), value)) {
            throw new UserException(
                    "'" + key + "' = '" + value + "' is not supported by the local cloud; use " + values(row) + ".");
        }
    }

    private static String values(Listing.Row row) {
        if (!ALTERNATIVES.matcher(row.answer()).matches()) {
            return row.text();
        }
        String[] values = row.answer().split("\\|");
        return values.length == 1 ? "'" + values[0] + "': " + row.text() : "one of " + quoted(Stream.of(values));
    }

    private Optional<Listing.Row> row(String key) {
        return listing.find(key).or(() -> listing.find(FORMAT.matcher(key).replaceFirst(".FORMAT.")));
    }

    private static boolean isServed(Listing.Row row) {
        return !row.answer().equals(NOT_SERVED);
    }

    private static String quoted(Stream<String> words) {
        return words.map(word -> "'" + word + "'").collect(Collectors.joining(", "));
    }
}
