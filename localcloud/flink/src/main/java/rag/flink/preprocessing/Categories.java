package rag.flink.preprocessing;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The values that an encoder knows. */
final class Categories {

    private Categories() {}

    /** Each value's position. Values are compared, so that 1.0 and 1.00 are the same number. */
    static Map<Object, Integer> positions(Object[] categories) {
        Map<Object, Integer> positions = new TreeMap<>();
        for (int i = 0; i < categories.length; i++) {
            positions.put(categories[i], i);
        }
        return positions;
    }

    /** Whether a value is in no category, whatever these are. */
    static boolean isUnknown(Object value) {
        return value == null
                || (value instanceof Double number && !Double.isFinite(number))
                || (value instanceof Float single && !Float.isFinite(single));
    }

    /** What is wrong with categories that must be a set with something in it. */
    static String setFault(Object given) {
        Object[] categories = (Object[]) given;
        return categories.length == 0 ? "is empty: write at least one category" : elementFault(categories);
    }

    /** What is wrong with categories that must be sorted, if there are any. */
    static String orderFault(Object given) {
        Object[] categories = (Object[]) given;
        String fault = elementFault(categories);
        Object[] sorted = fault == null ? Stream.of(categories).sorted().toArray() : categories;
        for (int i = 0; fault == null && i < sorted.length; i++) {
            if (!categories[i].equals(sorted[i])) {
                fault = "is not sorted: write its values in ascending order, " + shown(sorted[i]) + " before "
                        + shown(categories[i]);
            }
        }
        return fault;
    }

    private static String elementFault(Object[] categories) {
        if (Stream.of(categories).anyMatch(Objects::isNull)) {
            return "has a NULL: leave it out, as a NULL is always an unknown value";
        }
        Map<Object, Integer> positions = new TreeMap<>();
        for (Object category : categories) {
            if (positions.put(category, 0) != null) {
                return "has " + shown(category) + " twice: write each category once";
            }
        }
        return null;
    }

    /** A value for a sentence. */
    static String shown(Object value) {
        String text = String.valueOf(value);
        return "'" + (text.length() > 50 ? text.substring(0, 50) + "..." : text) + "'";
    }
}
