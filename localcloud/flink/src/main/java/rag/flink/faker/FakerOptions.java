package rag.flink.faker;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.UserException;

/**
 * The options of a table with {@code 'connector' = 'faker'}: an expression for each column, and how many rows there are.
 *
 * <p>{@code fields.NAME.expression} is a scalar's, or that of each element of an array; {@code fields.NAME.FIELD.expression}
 * of a field of a row; {@code fields.NAME.key.expression} and {@code .value.expression} those of a map. {@code length} and
 * {@code null-rate} stand where {@code expression} does.
 */
public final class FakerOptions implements Serializable {

    public static final String CONNECTOR = "faker";
    public static final String ROWS_PER_SECOND = "rows-per-second";
    public static final String NUMBER_OF_ROWS = "number-of-rows";
    public static final String FIELDS = "fields.";

    private static final long serialVersionUID = 1L;
    private static final String EXPRESSION = ".expression";
    private static final String NULL_RATE = ".null-rate";
    private static final String LENGTH = ".length";
    private static final int LONGEST = 10_000;

    private final transient Map<String, String> options;
    private final transient Set<String> used = new HashSet<>();
    private final List<Maker> columns = new ArrayList<>();

    /** Checks the expressions by making one row of them. */
    public FakerOptions(RowType physical, Map<String, String> options) {
        this.options = options;
        for (RowType.RowField field : physical.getFields()) {
            columns.add(maker(field.getName(), field.getType()));
        }
        options.keySet().stream()
                .filter(key -> key.startsWith(FIELDS) && !used.contains(key))
                .sorted()
                .findFirst()
                .ifPresent(
                        key -> {
                            throw new UserException(
                                    "The option '" + key + "' is of no column that is generated: write it as 'fields.COLUMN"
                                            + EXPRESSION + "', '" + NULL_RATE.substring(1) + "' or '" + LENGTH.substring(1)
                                            + "' of an array or a map.");
                        });
        row();
    }

    /** Whether an option is one of these tables alone. */
    public static boolean isOne(String option) {
        return option.equals(ROWS_PER_SECOND) || option.equals(NUMBER_OF_ROWS) || option.startsWith(FIELDS);
    }

    /** A new row, with a value for each column. */
    public Object[] row() {
        return columns.stream().map(Maker::make).toArray();
    }

    /** How many rows there are; empty without end. */
    public static OptionalLong count(Map<String, String> options) {
        String count = options.get(NUMBER_OF_ROWS);
        return count == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(count));
    }

    private Maker maker(String path, LogicalType type) {
        Maker maker = notNull(path, type);
        String rate = option(path + NULL_RATE);
        return rate == null ? maker : new Maker.Nullable(maker, rate(path, rate, type));
    }

    private Maker notNull(String path, LogicalType type) {
        if (type instanceof RowType row) {
            return new Maker.OfRow(
                    row.getFields().stream().map(field -> maker(path + "." + field.getName(), field.getType())).toList());
        }
        if (type instanceof ArrayType array) {
            return new Maker.OfArray(notNull(path, array.getElementType()), length(path));
        }
        if (type instanceof MapType map) {
            return new Maker.OfMap(
                    notNull(path + ".key", map.getKeyType()), maker(path + ".value", map.getValueType()), length(path));
        }
        if (!TextValues.isServed(type)) {
            throw new UserException(
                    "The column '" + path + "' is a " + type.copy(true).asSummaryString() + ", which cannot be generated.");
        }
        String text = option(path + EXPRESSION);
        if (text == null) {
            throw new UserException(
                    "The column '" + path + "' has no expression: add '" + FIELDS + path + EXPRESSION + "' = '#{...}'.");
        }
        return new Maker.OfText(type, new Expression(path, text));
    }

    private String option(String name) {
        used.add(FIELDS + name);
        return options.get(FIELDS + name);
    }

    private int length(String path) {
        String length = option(path + LENGTH);
        if (length == null) {
            return 1;
        }
        if (!length.matches("\\d{1,5}") || Integer.parseInt(length) > LONGEST) {
            throw new UserException(
                    "'" + FIELDS + path + LENGTH + "' = '" + length + "' must be a number from 0 to " + LONGEST + ".");
        }
        return Integer.parseInt(length);
    }

    private static double rate(String path, String rate, LogicalType type) {
        if (!rate.matches("0?\\.\\d+|[01](\\.0+)?")) {
            throw new UserException("'" + FIELDS + path + NULL_RATE + "' = '" + rate + "' must be a number from 0 to 1.");
        }
        double found = Double.parseDouble(rate);
        if (found > 0 && !type.isNullable()) {
            throw new UserException(
                    "The column '" + path + "' is NOT NULL: leave '" + FIELDS + path + NULL_RATE + "' out.");
        }
        return found;
    }
}
