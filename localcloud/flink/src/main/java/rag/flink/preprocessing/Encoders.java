package rag.flink.preprocessing;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.table.api.DataTypes;

/** The functions that tell which of some values one is: a bucket's name, a label, a vector; and n-grams. */
final class Encoders {

    static final List<Definition> ALL =
            List.of(
                    new Definition(
                            "ML_BUCKETIZE",
                            List.of(
                                    Parameter.of("value", Kind.NUMBER),
                                    Parameter.of("splitBucketPoints", Kind.NUMBERS).checked(Buckets::pointsFault),
                                    Parameter.of("bucketNames", Kind.TEXTS).otherwise(Buckets.DEFAULT_NAMES)),
                            DataTypes.STRING(),
                            given -> new Buckets(given)::nameOf),
                    new Definition(
                            "ML_NGRAMS",
                            List.of(
                                    Parameter.of("input", Kind.TEXTS),
                                    Parameter.of("nValue", Kind.INTEGER).otherwise(2).checked(Encoders::tooSmall),
                                    Parameter.of("separator", Kind.TEXT).otherwise(" ")),
                            DataTypes.ARRAY(DataTypes.STRING()),
                            given -> input -> NGrams.of((Object[]) input, given.integer(1), given.text(2))),
                    new Definition(
                            "ML_LABEL_ENCODER",
                            List.of(
                                    Parameter.of("input", Kind.CATEGORY),
                                    Parameter.of("categories", Kind.CATEGORIES).checked(Categories::orderFault),
                                    Parameter.of("includeZeroLabel", Kind.FLAG).otherwise(false)),
                            DataTypes.INT(),
                            Encoders::label),
                    new Definition(
                            "ML_ONE_HOT_ENCODER",
                            List.of(
                                    Parameter.of("input", Kind.CATEGORY),
                                    Parameter.of("categories", Kind.CATEGORIES).checked(Categories::setFault),
                                    Parameter.of("dropLast", Kind.FLAG).otherwise(true),
                                    Parameter.of("handleUnknown", Kind.TEXT)
                                            .otherwise(OneHot.IGNORE)
                                            .checked(OneHot::optionFault)),
                            DataTypes.ARRAY(DataTypes.INT()),
                            given -> new OneHot(given)::vectorOf));

    private Encoders() {}

    private static String tooSmall(Object value) {
        return (Integer) value < 1 ? "is " + value + ": it must be 1 or more" : null;
    }

    private static Function<Object, Object> label(Arguments given) {
        Map<Object, Integer> positions = Categories.positions(given.array(1));
        int first = given.flag(2) ? 0 : 1;
        return input -> Categories.isUnknown(input) ? first - 1 : positions.getOrDefault(input, -1) + first;
    }
}
