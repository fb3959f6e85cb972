package rag.flink.preprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static rag.flink.preprocessing.Calls.assertRefused;
import static rag.flink.preprocessing.Calls.call;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalersTest {

    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private static Object[] arguments(String function, Double value) {
        return switch (function) {
            case "ML_MIN_MAX_SCALER" -> new Object[] {value, 1.0, 5.0};
            case "ML_ROBUST_SCALER" -> new Object[] {value, 1.0, 0.0, 3.0};
            case "ML_STANDARD_SCALER" -> new Object[] {value, 1.0, 5.0};
            default -> new Object[] {value, 5.0};
        };
    }

    @ParameterizedTest
    @CsvSource({
        "ML_MAX_ABS_SCALER, 1, 0.2",
        "ML_MIN_MAX_SCALER, 2, 0.25",
        "ML_NORMALIZER, 3, 0.6",
        "ML_ROBUST_SCALER, 2, 0.3333333333333333",
        "ML_STANDARD_SCALER, 2, 0.2"
    })
    void aNumberIsScaled(String function, double value, double scaled) {
        assertEquals(scaled, call(function, arguments(function, value)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ML_MAX_ABS_SCALER",
                "ML_MIN_MAX_SCALER",
                "ML_NORMALIZER",
                "ML_ROBUST_SCALER",
                "ML_STANDARD_SCALER"
            })
    void whatIsNoNumberStaysAsItIs(String function) {
        assertNull(call(function, arguments(function, null)));
        for (double value : new double[] {Double.NaN, INFINITY, -INFINITY}) {
            assertEquals(value, call(function, arguments(function, value)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ML_MAX_ABS_SCALER absoluteMax", "ML_NORMALIZER normValue"})
    void whatIsDividedByMayBeInfiniteOrZero(String names) {
        String function = names.split(" ")[0];
        String argument = "The second argument of " + names.replace(" ", ", ") + ", is ";
        assertEquals(0.0, call(function, 7.0, INFINITY));
        assertEquals(7.0, call(function, 7.0, 0.0));
        assertRefused(argument + "NULL: it must be a number.", function, 7.0, null);
        assertRefused(argument + "NaN: it must be a number.", function, 7.0, Double.NaN);
    }

    @Test
    void aRangeHasTwoEnds() {
        String function = "ML_MIN_MAX_SCALER";
        assertEquals(1.0, call(function, 9.0, 1.0, 5.0));
        assertEquals(0.0, call(function, -9.0, 1.0, 5.0));
        assertEquals(0.0, call(function, 5.0, 5.0, 5.0));
        assertEquals(1.0, call(function, 6.0, 5.0, 5.0));
        assertRefused(
                "The third argument of ML_MIN_MAX_SCALER, max, is 1.0 and min is 5.0: write the smaller number first.",
                function, 2.0, 5.0, 1.0);
        assertRefused(
                "The second argument of ML_MIN_MAX_SCALER, min, is Infinity: it must be a finite number.",
                function, 2.0, INFINITY, 1.0);
        assertRefused(
                "The third argument of ML_MIN_MAX_SCALER, max, is NaN: it must be a finite number.",
                function, 2.0, 1.0, Double.NaN);
        assertRefused(
                "The third argument of ML_MIN_MAX_SCALER, max, is NULL: it must be a number.", function, 2.0, 1.0, null);
    }

    @Test
    void aRobustScalerCentersAndScales() {
        String function = "ML_ROBUST_SCALER";
        assertEquals(1.0, call(function, 2.0, 1.0, 4.0, 4.0)); // no range: it is 1
        assertEquals(0.5, call(function, 2.0, null, 0.0, 4.0, false));
        assertEquals(1.0, call(function, 2.0, 1.0, null, null, true, false));
        assertEquals(2.0, call(function, 2.0, null, null, null, false, false));
        assertRefused(
                "The second argument of ML_ROBUST_SCALER, median, is -Infinity: it must be a finite number.",
                function, 2.0, -INFINITY, 0.0, 4.0);
        assertRefused(
                "The third argument of ML_ROBUST_SCALER, firstQuartile, is NULL: it must be a number.",
                function, 2.0, 1.0, null, 4.0);
        assertRefused(
                "The fourth argument of ML_ROBUST_SCALER, thirdQuartile, is NaN: it must be a finite number.",
                function, 2.0, 1.0, 0.0, Double.NaN);
        assertRefused(
                "The fifth argument of ML_ROBUST_SCALER, withCentering, is NULL: it must be TRUE or FALSE.",
                function, 2.0, 1.0, 0.0, 4.0, null);
    }

    @Test
    void aStandardScalerCentersAndScales() {
        String function = "ML_STANDARD_SCALER";
        assertEquals(0.0, call(function, 2.0, 1.0, INFINITY));
        assertEquals(2.0, call(function, 2.0, 1.0, 0.0));
        assertEquals(0.5, call(function, 2.0, null, 4.0, false));
        assertEquals(1.0, call(function, 2.0, 1.0, null, true, false));
        assertRefused(
                "The second argument of ML_STANDARD_SCALER, mean, is Infinity: it must be a finite number.",
                function, 2.0, INFINITY, 4.0);
        assertRefused(
                "The third argument of ML_STANDARD_SCALER, standardDeviation, is NaN: it must be a number.",
                function, 2.0, 1.0, Double.NaN);
        assertRefused(
                "The third argument of ML_STANDARD_SCALER, standardDeviation, is NULL: it must be a number.",
                function, 2.0, 1.0, null);
    }
}
