package rag.flink.preprocessing;

import java.util.function.Predicate;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

/** What an argument is: the types that are taken, and the one that Flink casts them to. */
enum Kind {
    NUMBER("a number", DataTypes.DOUBLE(), type -> type.is(LogicalTypeFamily.NUMERIC)),
    INTEGER(
            "a whole number, of type INT",
            DataTypes.INT(),
            type ->
                    type.isAnyOf(LogicalTypeRoot.TINYINT, LogicalTypeRoot.SMALLINT, LogicalTypeRoot.INTEGER)),
    TEXT("a text, of type STRING", DataTypes.STRING(), type -> type.is(LogicalTypeFamily.CHARACTER_STRING)),
    FLAG("TRUE or FALSE", DataTypes.BOOLEAN(), type -> type.is(LogicalTypeRoot.BOOLEAN)),
    NUMBERS(
            "an array of numbers",
            DataTypes.ARRAY(DataTypes.DOUBLE()),
            type -> isArrayOf(type, each -> each.is(LogicalTypeFamily.NUMERIC))),
    TEXTS(
            "an array of texts, of type ARRAY<STRING>",
            DataTypes.ARRAY(DataTypes.STRING()),
            type -> isArrayOf(type, each -> each.is(LogicalTypeFamily.CHARACTER_STRING))),
    /** Any value that can be compared; its type follows from the categories as well. */
    CATEGORY("a text, a number, a boolean, a date or a time", null, Kind::isComparable),
    CATEGORIES(
            "an array of texts, numbers, booleans, dates or times", null, type -> isArrayOf(type, Kind::isComparable));

    private final String words;
    private final DataType type;
    private final Predicate<LogicalType> taken;

    Kind(String words, DataType type, Predicate<LogicalType> taken) {
        this.words = words;
        this.type = type;
        this.taken = taken;
    }

    /** What it must be, for a sentence. */
    String words() {
        return words;
    }

    /** Flink's type, or {@code null} where that depends on the call. */
    DataType type() {
        return type;
    }

    /** A NULL without a type is taken everywhere: what it means is told by its value. */
    boolean takes(LogicalType given) {
        return given.is(LogicalTypeRoot.NULL) || taken.test(given);
    }

    private static boolean isArrayOf(LogicalType given, Predicate<LogicalType> element) {
        return given instanceof ArrayType array
                && (array.getElementType().is(LogicalTypeRoot.NULL) || element.test(array.getElementType()));
    }

    private static boolean isComparable(LogicalType given) {
        return given.isAnyOf(LogicalTypeFamily.CHARACTER_STRING, LogicalTypeFamily.NUMERIC, LogicalTypeFamily.DATETIME)
                || given.is(LogicalTypeRoot.BOOLEAN);
    }
}
