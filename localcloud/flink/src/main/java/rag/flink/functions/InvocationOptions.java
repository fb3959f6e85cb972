package rag.flink.functions;

import java.io.Serializable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import rag.flink.Settings;
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

    /**
     * @param text {@code key=value}, one a line, as {@link OptionMap} writes it; {@code null} for none
     * @param parallelism how many requests are under way at once if nothing is said of it
     */
    public static InvocationOptions of(String function, String text, int parallelism) {
        Map<String, String> given = values(text);
        given.forEach(
                (key, value) ->
                        Settings.CALL
                                .fault(key, value, " of " + function)
                                .ifPresent(
                                        fault -> {
                                            throw new UserException(fault);
                                        }));
        boolean isAsync = Boolean.parseBoolean(given.getOrDefault("async_enabled", "true"));
        return new InvocationOptions(
                isAsync ? number(given, "max_parallelism", parallelism) : 1,
                Duration.ofSeconds(number(given, "client_timeout", 30)),
                number(given, "retry_count", 3));
    }

    private static int number(Map<String, String> given, String key, int otherwise) {
        return Integer.parseInt(given.getOrDefault(key, Integer.toString(otherwise)));
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
}
