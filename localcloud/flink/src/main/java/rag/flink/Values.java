package rag.flink;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;

/**
 * The values that an option takes, in the notation of {@code options.tsv}: words with {@code |} between them, a kind in
 * angle brackets such as {@code <duration>}, or a range of whole numbers such as {@code <1 to 60>}.
 */
final class Values {

    /** @param parser throws for a value that is not of the kind */
    private record Kind(Function<String, Object> parser, String what) {}

    private static final Pattern RANGE = Pattern.compile("<(\\d+) to (\\d+)>");
    private static final Pattern OFFSETS =
            Pattern.compile("partition:\\d+,offset:\\d+(\\s*;\\s*partition:\\d+,offset:\\d+)*");
    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{1,249}");
    private static final Pattern TEXT = Pattern.compile("(?s).*\\S.*");
    private static final Pattern DIGITS = Pattern.compile("\\d+");

    private static final Map<String, Kind> KINDS =
            Map.of(
                    "<text>", new Kind(value -> matched(TEXT, value), "a text; write one that is not empty"),
                    "<topic>", new Kind(value -> matched(TOPIC, value), "the name of a table in the same database"),
                    "<duration>", new Kind(TimeUtils::parseDuration, "a duration; write one like '7 d' or '1 h'"),
                    "<size>", new Kind(MemorySize::parseBytes, "a size; write one like '8 mb'"),
                    "<zone>", new Kind(ZoneId::of, "a time zone; write one like 'Europe/Berlin' or 'UTC'"),
                    "<milliseconds>", new Kind(Values::natural, "a time; write the milliseconds since 1970"),
                    "<number>", new Kind(Values::natural, "a whole number"),
                    "<offsets>",
                            new Kind(
                                    value -> matched(OFFSETS, value),
                                    "a list of offsets; write one like 'partition:0,offset:42;partition:1,offset:7'"));

    private Values() {}

    /** What is wrong with a value, as the end of a sentence that begins with the option; empty if nothing is. */
    static Optional<String> fault(String allowed, String value, boolean ignoresCase) {
        if (allowed.isEmpty()) {
            return Optional.empty();
        }
        Kind kind = KINDS.get(allowed);
        if (kind != null) {
            return isOf(kind, value) ? Optional.empty() : Optional.of("is not " + kind.what + ".");
        }
        Matcher range = RANGE.matcher(allowed);
        if (range.matches()) {
            return isWithin(value, Long.parseLong(range.group(1)), Long.parseLong(range.group(2)))
                    ? Optional.empty()
                    : Optional.of("must be a number from " + range.group(1) + " to " + range.group(2) + ".");
        }
        String[] words = allowed.split("\\|");
        boolean isOne =
                Arrays.stream(words).anyMatch(word -> ignoresCase ? word.equalsIgnoreCase(value) : word.equals(value));
        return isOne ? Optional.empty() : Optional.of(alternatives(words));
    }

    private static String alternatives(String[] words) {
        String quoted = Arrays.stream(words).map(word -> "'" + word + "'").collect(Collectors.joining(", "));
        return "is not supported by the local cloud; use " + (words.length == 1 ? quoted : "one of " + quoted) + ".";
    }

    private static boolean isOf(Kind kind, String value) {
        try {
            kind.parser.apply(value);
            return true;
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            return false;
        }
    }

    private static boolean isWithin(String value, long least, long most) {
        try {
            return natural(value) >= least && natural(value) <= most;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Long natural(String value) {
        return Long.parseLong(matched(DIGITS, value));
    }

    private static String matched(Pattern pattern, String value) {
        if (!pattern.matcher(value).matches()) {
            throw new IllegalArgumentException(value);
        }
        return value;
    }
}
