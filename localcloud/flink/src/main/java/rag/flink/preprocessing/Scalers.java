package rag.flink.preprocessing;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import org.apache.flink.table.api.DataTypes;

/** The functions that scale a number. A value that is NULL, NaN or infinite stays as it is. */
final class Scalers {

    private static final Parameter VALUE = Parameter.of("value", Kind.NUMBER);
    private static final Parameter CENTERING = Parameter.of("withCentering", Kind.FLAG).otherwise(true);
    private static final Parameter SCALING = Parameter.of("withScaling", Kind.FLAG).otherwise(true);

    static final List<Definition> ALL =
            List.of(
                    scaler(
                            "ML_MAX_ABS_SCALER",
                            List.of(VALUE, divisor("absoluteMax")),
                            given -> value -> quotient(value, value, given.number(1))),
                    scaler(
                            "ML_NORMALIZER",
                            List.of(VALUE, divisor("normValue")),
                            given -> value -> quotient(value, value, given.number(1))),
                    scaler("ML_MIN_MAX_SCALER", List.of(VALUE, finite("min"), finite("max")), Scalers::minMax),
                    scaler(
                            "ML_ROBUST_SCALER",
                            List.of(
                                    VALUE,
                                    finite("median").needing(4),
                                    finite("firstQuartile").needing(5),
                                    finite("thirdQuartile").needing(5),
                                    CENTERING,
                                    SCALING),
                            Scalers::robust),
                    scaler(
                            "ML_STANDARD_SCALER",
                            List.of(
                                    VALUE,
                                    finite("mean").needing(3),
                                    divisor("standardDeviation").needing(4),
                                    CENTERING,
                                    SCALING),
                            Scalers::standard));

    private Scalers() {}

    private static Definition scaler(
            String name, List<Parameter> parameters, Function<Arguments, DoubleUnaryOperator> scale) {
        return new Definition(
                name,
                parameters,
                DataTypes.DOUBLE(),
                given -> {
                    DoubleUnaryOperator operation = scale.apply(given);
                    return value ->
                            value == null || !Double.isFinite((Double) value)
                                    ? value
                                    : (Object) operation.applyAsDouble((Double) value);
                });
    }

    private static Parameter finite(String name) {
        return Parameter.of(name, Kind.NUMBER)
                .checked(value -> Double.isFinite((Double) value) ? null : "is " + value + ": it must be a finite number");
    }

    /** What is divided by: all are 0 if that is infinite, none needs to be scaled if it is 0. */
    private static Parameter divisor(String name) {
        return Parameter.of(name, Kind.NUMBER)
                .checked(value -> ((Double) value).isNaN() ? "is NaN: it must be a number" : null);
    }

    private static double quotient(double value, double dividend, double divisor) {
        if (divisor == 0) {
            return value;
        }
        return Double.isInfinite(divisor) ? 0 : dividend / divisor;
    }

    private static DoubleUnaryOperator minMax(Arguments given) {
        double min = given.number(1);
        double max = given.number(2);
        if (max < min) {
            throw given.fault(2, "is " + max + " and min is " + min + ": write the smaller number first");
        }
        double range = nonZero(max - min);
        return value -> value > max ? 1 : value < min ? 0 : (value - min) / range;
    }

    private static DoubleUnaryOperator robust(Arguments given) {
        double median = given.flag(4) ? given.number(1) : 0;
        double range = given.flag(5) ? nonZero(given.number(3) - given.number(2)) : 1;
        return value -> (value - median) / range;
    }

    private static double nonZero(double range) {
        return range == 0 ? 1 : range;
    }

    private static DoubleUnaryOperator standard(Arguments given) {
        double mean = given.flag(3) ? given.number(1) : 0;
        if (!given.flag(4)) {
            return value -> value - mean;
        }
        double deviation = given.number(2);
        return value -> quotient(value, value - mean, deviation);
    }
}
