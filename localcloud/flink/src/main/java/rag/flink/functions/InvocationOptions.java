package rag.flink.functions;

import java.io.Serializable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import rag.flink.UserException;

/**
 * The options of a call of a service, Confluent's MAP behind the other arguments of {@code AI_EMBEDDING}, {@code
 * ML_PREDICT} and {@code VECTOR_SEARCH_AGG}.
 *
 * <p>{@code debug} changes nothing: a statement's failure always has the service's own words.
 *
 * @param parallelism how many requests are under way at once
 * @param timeout for one request
 * @param retries how often a request is repeated after a transient failure
 */
public record InvocationOptions(int parallelism, Duration timeout, int retries) implements Serializable {

    private static final List<String> KNOWN =
            List.of("async_enabled", "client_timeout", "debug", "max_parallelism", "retry_count", "retry_error_list");
    private static final int MOST_PARALLEL = 100;
    private static final int LONGEST_TIMEOUT = 60;
    private static final int MOST_RETRIES = 10; // with the longest timeout less than Flink itself waits for a result

    /** Reads the options of one call of a function. */
    private record Given(String function, Map<String, String> values) {

        boolean flag(String key, boolean otherwise) {
            String value = values.getOrDefault(key, Boolean.toString(otherwise)).toLowerCase(Locale.ROOT);
            if (!value.equals("true") && !value.equals("false")) {
                throw wrong(key, "must be 'true' or 'false'");
            }
            return value.equals("true");
        }

        int number(String key, int otherwise, int least, int most) {
            String value = values.getOrDefault(key, Integer.toString(otherwise));
            int number = value.matches("\\d{1,6}") ? Integer.parseInt(value) : -1;
            if (number < least || number > most) {
                throw wrong(key, "must be a number from " + least + " to " + most);
            }
            return number;
        }

        private UserException wrong(String key, String what) {
            return new UserException(
                    "The option '" + key + "' = '" + values.get(key) + "' of " + function + " " + what + ".");
        }
    }

    /**
     * @param text {@code key=value}, one a line, as {@link OptionMap} writes it; {@code null} for none
     * @param parallelism how many requests are under way at once if nothing is said of it
     */
    public static InvocationOptions of(String function, String text, int parallelism) {
        Given given = new Given(function, values(text));
        requireKnown(function, given.values());
        if (given.values().containsKey("retry_error_list")) {
            throw new UserException(
                    "The option 'retry_error_list' of " + function + " is not supported by the local cloud: leave it out;"
                            + " requests that failed for a passing reason are repeated.");
        }
        given.flag("debug", false);
        int wanted = given.number("max_parallelism", parallelism, 1, MOST_PARALLEL);
        return new InvocationOptions(
                given.flag("async_enabled", true) ? wanted : 1,
                Duration.ofSeconds(given.number("client_timeout", 30, 1, LONGEST_TIMEOUT)),
                given.number("retry_count", 3, 0, MOST_RETRIES));
    }

    private static Map<String, String> values(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        if (text != null) {
            text.lines()
                    .filter(line -> !line.isBlank())
                    .forEach(
                            line -> {
                                String[] parts = line.split("=", 2);
                                String key = parts[0].strip().toLowerCase(Locale.ROOT);
                                values.put(key, parts.length == 2 ? parts[1].strip() : "");
                            });
        }
        return values;
    }

    private static void requireKnown(String function, Map<String, String> given) {
        TreeSet<String> unknown = new TreeSet<>(given.keySet());
        KNOWN.forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw new UserException(
                    "Unknown option '" + unknown.first() + "' of " + function + ": use '" + String.join("', '", KNOWN)
                            + "'.");
        }
    }
}
