package rag.flink.preprocessing;

import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The ranges between split points, each with its lower bound and without its upper one. */
final class Buckets {

    /** In place of names that were not given. */
    static final String[] DEFAULT_NAMES = {};

    private final double[] points;
    private final String[] names;

    Buckets(Arguments given) {
        points = DoubleStream.of(numbers(given.array(1))).distinct().toArray();
        names = given.array(2) == DEFAULT_NAMES ? defaultNames(points.length) : names(given, points.length);
    }

    /** What is wrong with split points. */
    static String pointsFault(Object points) {
        double[] numbers = numbers((Object[]) points);
        if (numbers.length == 0) {
            return "is empty: write at least one number";
        }
        return IntStream.range(1, numbers.length)
                .filter(i -> numbers[i] < numbers[i - 1])
                .mapToObj(i -> "has " + numbers[i] + " behind " + numbers[i - 1] + ": write the numbers in ascending order")
                .findFirst()
                .orElse(null);
    }

    private static double[] numbers(Object[] points) {
        return Stream.of(points)
                .filter(Objects::nonNull)
                .mapToDouble(Double.class::cast)
                .filter(point -> !Double.isNaN(point))
                .toArray();
    }

    private static String[] defaultNames(int points) {
        return IntStream.rangeClosed(0, points + 1)
                .mapToObj(i -> i == 0 ? "bin_NULL" : "bin_" + i)
                .toArray(String[]::new);
    }

    private static String[] names(Arguments given, int points) {
        String[] names = Stream.of(given.array(2)).toArray(String[]::new);
        if (names.length != points + 2) {
            throw given.fault(
                    2,
                    "has " + names.length + (names.length == 1 ? " name" : " names") + " for " + (points + 1)
                            + " buckets: write " + (points + 2) + ", that of the bucket for NULL first");
        }
        if (Stream.of(names).anyMatch(Objects::isNull)) {
            throw given.fault(2, "has a NULL: write a name for each bucket");
        }
        return names;
    }

    String nameOf(Object value) {
        if (value == null || ((Double) value).isNaN()) {
            return names[0];
        }
        double number = (Double) value;
        int bucket = 1;
        while (bucket <= points.length && number >= points[bucket - 1]) {
            bucket++;
        }
        return names[bucket];
    }
}
