package rag.flink.preprocessing;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import rag.flink.UserException;

/**
 * Encodes a value as a vector with a 1 in the column of its category.
 *
 * <p>Behind the categories' columns is the one of unknown values. That is the last one, which is dropped unless it is
 * wanted: so the columns of all categories are there, and yet no column follows from the others.
 */
final class OneHot {

    static final String IGNORE = "IGNORE";
    private static final String KEEP = "KEEP";
    private static final String ERROR = "ERROR";
    private static final List<String> OPTIONS = List.of(ERROR, IGNORE, KEEP);

    private final String function;
    private final Map<Object, Integer> positions;
    private final int columns;
    private final String unknown;

    OneHot(Arguments given) {
        function = given.function();
        positions = Categories.positions(given.array(1));
        unknown = given.text(3);
        columns = positions.size() + (unknown.equals(KEEP) || !given.flag(2) ? 1 : 0);
    }

    static String optionFault(Object option) {
        return OPTIONS.contains(option)
                ? null
                : "is " + Categories.shown(option) + ": write 'ERROR', 'IGNORE' or 'KEEP'";
    }

    Integer[] vectorOf(Object input) {
        Integer[] vector = new Integer[columns];
        Arrays.fill(vector, 0);
        Integer position = input == null ? null : positions.get(input);
        if (position != null) {
            vector[position] = 1;
        } else if (unknown.equals(KEEP)) {
            vector[columns - 1] = 1;
        } else if (unknown.equals(ERROR)) {
            throw new UserException(
                    function + " has met " + (input == null ? "NULL" : Categories.shown(input))
                            + ", which is none of the categories: add it to them, or write 'IGNORE' or 'KEEP' for"
                            + " handleUnknown.");
        }
        return vector;
    }
}
