package rag.flink.search;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import rag.flink.UserException;

/**
 * The options of a search, Confluent's MAP of them.
 *
 * @param parallelism how many searches are under way at once
 * @param retries how often a search is repeated that the store did not answer
 */
record SearchOptions(int parallelism, Duration timeout, int retries) implements Serializable {

    private static final List<String> KNOWN =
            List.of("async_enabled", "client_timeout", "debug", "max_parallelism", "retry_count", "retry_error_list");
    private static final int MOST_PARALLEL = 100;
    private static final int LONGEST_TIMEOUT = 60;
    private static final int MOST_RETRIES = 8; // with the longest timeout that is what Flink itself waits for a result

    /** @param text {@code key=value}, one a line; {@code null} for none */
    static SearchOptions of(String text) {
        Map<String, String> given = new LinkedHashMap<>();
        if (text != null) {
            text.lines()
                    .filter(line -> !line.isBlank())
                    .forEach(
                            line -> {
                                String[] parts = line.split("=", 2);
                                String key = parts[0].strip().toLowerCase(Locale.ROOT);
                                given.put(key, parts.length == 2 ? parts[1].strip() : "");
                            });
        }
        requireKnown(given);
        if (flag(given, "debug", false)) {
            throw new UserException(
                    "The search option 'debug' = 'true' is not supported by the local cloud: leave it out; what fails is"
                            + " told by the statement.");
        }
        if (given.containsKey("retry_error_list")) {
            throw new UserException(
                    "The search option 'retry_error_list' is not supported by the local cloud: leave it out; searches that"
                            + " the store did not answer are repeated.");
        }
        boolean async = flag(given, "async_enabled", true);
        int parallelism = number(given, "max_parallelism", 10, 1, MOST_PARALLEL);
        return new SearchOptions(
                async ? parallelism : 1,
                Duration.ofSeconds(number(given, "client_timeout", 30, 1, LONGEST_TIMEOUT)),
                number(given, "retry_count", 3, 0, MOST_RETRIES));
    }

    private static void requireKnown(Map<String, String> given) {
        TreeSet<String> unknown = new TreeSet<>(given.keySet());
        unknown.removeAll(new ArrayList<>(KNOWN));
        if (!unknown.isEmpty()) {
            throw new UserException(
                    "Unknown search option '" + unknown.first() + "': use '" + String.join("', '", KNOWN) + "'.");
        }
    }

    private static boolean flag(Map<String, String> given, String key, boolean otherwise) {
        String value = given.getOrDefault(key, Boolean.toString(otherwise)).toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
            throw new UserException("The search option '" + key + "' = '" + value + "' must be 'true' or 'false'.");
        }
        return value.equals("true");
    }

    private static int number(Map<String, String> given, String key, int otherwise, int least, int most) {
        String value = given.getOrDefault(key, Integer.toString(otherwise));
        int number = value.matches("\\d{1,6}") ? Integer.parseInt(value) : -1;
        if (number < least || number > most) {
            throw new UserException(
                    "The search option '" + key + "' = '" + value + "' must be a number from " + least + " to " + most + ".");
        }
        return number;
    }
}
