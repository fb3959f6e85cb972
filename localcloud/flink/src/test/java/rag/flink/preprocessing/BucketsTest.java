package rag.flink.preprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static rag.flink.preprocessing.Calls.assertRefused;
import static rag.flink.preprocessing.Calls.call;

import org.junit.jupiter.api.Test;

class BucketsTest {

    private static final String BUCKETIZE = "ML_BUCKETIZE";
    private static final String POINTS = "The second argument of ML_BUCKETIZE, splitBucketPoints, ";
    private static final String NAMES = "The third argument of ML_BUCKETIZE, bucketNames, ";

    private static Double[] points(Double... points) {
        return points;
    }

    @Test
    void aBucketBeginsWithItsSplitPoint() {
        Double[] points = points(1.0, 4.0, 7.0);
        assertEquals("bin_1", call(BUCKETIZE, Double.NEGATIVE_INFINITY, points));
        assertEquals("bin_1", call(BUCKETIZE, 0.9, points));
        assertEquals("bin_2", call(BUCKETIZE, 1.0, points));
        assertEquals("bin_2", call(BUCKETIZE, 2.0, points));
        assertEquals("bin_4", call(BUCKETIZE, 7.0, points));
        assertEquals("bin_4", call(BUCKETIZE, Double.POSITIVE_INFINITY, points));
    }

    @Test
    void whatIsNoNumberHasABucketOfItsOwn() {
        String[] names = {"none", "low", "high"};
        assertEquals("bin_NULL", call(BUCKETIZE, null, points(1.0)));
        assertEquals("bin_NULL", call(BUCKETIZE, Double.NaN, points(1.0)));
        assertEquals("none", call(BUCKETIZE, null, points(1.0), names));
        assertEquals("low", call(BUCKETIZE, 0.0, points(1.0), names));
        assertEquals("high", call(BUCKETIZE, 2.0, points(1.0), names));
    }

    @Test
    void pointsThatDivideNothingAreNone() {
        Double[] points = points(1.0, null, 1.0, Double.NaN, 4.0);
        assertEquals("bin_3", call(BUCKETIZE, 9.0, points));
        assertEquals("d", call(BUCKETIZE, 9.0, points, new String[] {"a", "b", "c", "d"}));
    }

    @Test
    void pointsAscend() {
        assertRefused(POINTS + "is empty: write at least one number.", BUCKETIZE, 1.0, points());
        assertRefused(POINTS + "is empty: write at least one number.", BUCKETIZE, 1.0, points(null, Double.NaN));
        assertRefused(POINTS + "is NULL: it must be an array of numbers.", BUCKETIZE, 1.0, null);
        assertRefused(
                POINTS + "has 1.0 behind 4.0: write the numbers in ascending order.", BUCKETIZE, 1.0, points(4.0, null, 1.0));
    }

    @Test
    void everyBucketHasAName() {
        assertRefused(
                NAMES + "has 2 names for 2 buckets: write 3, that of the bucket for NULL first.",
                BUCKETIZE, 1.0, points(1.0), new String[] {"a", "b"});
        assertRefused(
                NAMES + "has 1 name for 2 buckets: write 3, that of the bucket for NULL first.",
                BUCKETIZE, 1.0, points(1.0), new String[] {"a"});
        assertRefused(
                NAMES + "has a NULL: write a name for each bucket.",
                BUCKETIZE, 1.0, points(1.0), new String[] {"a", null, "c"});
        assertRefused(
                NAMES + "is NULL: it must be an array of texts, of type ARRAY<STRING>.", BUCKETIZE, 1.0, points(1.0), null);
    }
}
