package rag.flink;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * What can be set, and the values that the local cloud takes: the lines of {@code options.tsv} of one scope. The tables
 * of {@code docs/local-cloud-options.md} are generated from the same file.
 *
 * <p>{@code FORMAT} in a name stands for any registered format, and {@code *} at its end for anything.
 */
public enum Settings {
    /** Options of {@code CREATE TABLE}, {@code ALTER TABLE} and hints. */
    TABLE("table", "options", ""),

    /** Properties of a statement. */
    STATEMENT("statement", "configuration options", ""),

    /** Keys of metadata columns. */
    METADATA("metadata", "metadata keys", ""),

    /** Hints of queries. */
    HINT("hint", "hints", "The hint "),

    /** Options of a model; their names are written in lower case here. */
    MODEL("model", "options", "The option "),

    /** Options of a call of {@code AI_EMBEDDING}, {@code ML_PREDICT} or a search. */
    CALL("call", "options", "The option ");

    private static final String REFUSED = "refused";
    private static final String NOT_SUPPORTED = " is not supported by the local cloud";
    private static final Pattern FORMAT = Pattern.compile("\\.(avro|json|proto)-registry\\.");
    private static final LevenshteinDistance DISTANCE = new LevenshteinDistance(4);

    private final String noun;
    private final String prefix;
    private final List<Option> options;

    /**
     * @param where what may set it, such as {@code create, alter, hint}; of metadata: {@code read} or {@code read, write}
     * @param values in the notation of {@link Values}; of metadata the type
     * @param text what it does, or what to do instead
     */
    public record Option(String name, String where, String values, String effect, String text) {

        public boolean isServed() {
            return !effect.equals(REFUSED);
        }

        public boolean is(String place) {
            return where.contains(place);
        }

        private boolean isNamed(String key) {
            return name.equals(FORMAT.matcher(key).replaceFirst(".FORMAT."))
                    || (name.endsWith("*") && key.startsWith(name.substring(0, name.length() - 1)));
        }
    }

    /**
     * @param noun what unknown keys are called
     * @param prefix what a sentence about a key begins with
     */
    Settings(String scope, String noun, String prefix) {
        this.noun = noun;
        this.prefix = prefix;
        this.options =
                Listing.lines("options.tsv")
                        .filter(columns -> columns[0].equals(scope))
                        .map(columns -> new Option(columns[1], columns[2], columns[3], columns[5], columns[6]))
                        .toList();
    }

    /** The line of a key, if it is known. */
    public Optional<Option> find(String key) {
        return options.stream().filter(option -> option.isNamed(key)).findFirst();
    }

    /** The names of what is served. */
    public List<String> served() {
        return options.stream().filter(Option::isServed).map(Option::name).toList();
    }

    /** Refuses all unknown keys in one sentence, then the first value that is not served. */
    public void requireServed(Map<String, String> given) {
        requireKnown(given.keySet());
        given.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(e -> requireServed(e.getKey(), e.getValue()));
    }

    /** Refuses keys that are not in the list, as Confluent does. Does not repeat their values, which may be secrets. */
    public void requireKnown(Collection<String> keys) {
        List<String> unknown = new ArrayList<>(new TreeSet<>(keys));
        unknown.removeIf(key -> find(key).isPresent());
        if (!unknown.isEmpty()) {
            throw new UserException(
                    "Unsupported " + noun + " found: " + quoted(unknown.stream()) + "."
                            + unknown.stream().map(this::hint).filter(hint -> !hint.isEmpty()).findFirst().orElse("")
                            + " Supported " + noun + ": " + quoted(served().stream()) + ".");
        }
    }

    private void requireServed(String key, String value) {
        fault(key, value, "")
                .ifPresent(
                        fault -> {
                            throw new UserException(fault);
                        });
    }

    /**
     * What is wrong with a key or its value, as a sentence; empty if it is served.
     *
     * @param value {@code null} if there is none
     * @param of whose it is, such as {@code " of model 'm'"}, or nothing
     */
    public Optional<String> fault(String key, String value, String of) {
        String subject = prefix + (this == HINT ? key : "'" + key + "'");
        Optional<Option> option = find(key);
        if (option.isEmpty()) {
            return Optional.of(
                    subject + of + NOT_SUPPORTED + "." + hint(key) + " Supported: " + quoted(served().stream()) + ".");
        }
        if (!option.get().isServed()) {
            return Optional.of(subject + of + NOT_SUPPORTED + ": " + option.get().text() + ".");
        }
        return value == null
                ? Optional.empty()
                : Values.fault(option.get().values(), value, this == MODEL || this == CALL)
                        .map(fault -> subject + " = '" + value + "'" + of + " " + fault);
    }

    /** {@code Did you mean ...?} with a blank in front, or nothing if no name is like that key. */
    public String hint(String key) {
        return served().stream()
                .filter(name -> DISTANCE.apply(name, key) >= 0 && DISTANCE.apply(name, key) * 3 <= name.length())
                .min(Comparator.comparing(name -> DISTANCE.apply(name, key)))
                .map(name -> " Did you mean '" + name + "'?")
                .orElse("");
    }

    static String quoted(Stream<String> words) {
        return words.map(word -> "'" + word + "'").collect(Collectors.joining(", "));
    }
}
