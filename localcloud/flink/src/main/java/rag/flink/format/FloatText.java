package rag.flink.format;

import java.nio.charset.StandardCharsets;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.io.NumberOutput;

/**
 * The text of floats, written straight into a buffer: the shortest decimal that reads as the same float, which is the text
 * that Jackson's fast writer makes.
 *
 * <p>Jackson makes a string of each number. For the numbers of a vector, which are between -1 and 1, that was the most
 * expensive part of a record (docs/performance.md); for all others this class leaves it to Jackson.
 */
final class FloatText {

    /** Bytes that a number needs at most, such as {@code -1.17549435E-38}. */
    static final int LONGEST = 15;

    /** Below it, Java's form has an exponent. */
    private static final float SMALLEST_WITHOUT_EXPONENT = 1e-3f;

    private static final int LARGEST_EXPONENT = -1;
    private static final int SMALLEST_EXPONENT = -10;
    private static final int FRACTION_BITS = 23;
    private static final int FRACTION = (1 << FRACTION_BITS) - 1;
    private static final int EXPONENT_OF_ONE = 127;
    private static final byte[] PAIRS = pairs();
    private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};

    /** By exponent: the most decimals with which two numbers are further apart than two floats are. */
    private static final int[] COARSE = coarse();

    /** By exponent: half the distance of two floats, in units of the last of those decimals. */
    private static final double[] HALF_APART = halfApart();

    private FloatText() {}

    private static byte[] pairs() {
        byte[] pairs = new byte[200];
        for (int number = 0; number < 100; number++) {
            pairs[2 * number] = (byte) ('0' + number / 10);
            pairs[2 * number + 1] = (byte) ('0' + number % 10);
        }
        return pairs;
    }

    private static int[] coarse() {
        int[] coarse = new int[LARGEST_EXPONENT - SMALLEST_EXPONENT + 1];
        for (int i = 0; i < coarse.length; i++) {
            while (apart(i) * POWERS[coarse[i] + 1] <= 1) {
                coarse[i]++;
            }
        }
        return coarse;
    }

    private static double[] halfApart() {
        double[] half = new double[COARSE.length];
        for (int i = 0; i < half.length; i++) {
            half[i] = apart(i) / 2 * POWERS[COARSE[i]];
        }
        return half;
    }

    /** The distance of two floats with the exponent of a row of these tables. */
    private static double apart(int row) {
        return Math.scalb(1.0, SMALLEST_EXPONENT + row - FRACTION_BITS);
    }

    /** Writes a number at {@code at}, where {@link #LONGEST} bytes must be left; returns where it ends. */
    static int write(float value, byte[] into, int at) {
        float size = Math.abs(value);
        int bits = Float.floatToRawIntBits(size);
        // Below a power of two floats are closer than above it: no case for the arithmetic that follows.
        boolean isPower = (bits & FRACTION) == 0;
        if (size < SMALLEST_WITHOUT_EXPONENT || size >= 1 || isPower || Float.isNaN(value)) {
            return writeAsJackson(value, into, at);
        }
        // All of this is exact: 24 bits of a float times at most 24 bits of a power of ten, without its factors of two.
        int row = (bits >>> FRACTION_BITS) - EXPONENT_OF_ONE - SMALLEST_EXPONENT;
        int decimals = COARSE[row];
        double scaled = size * POWERS[decimals];
        double digits = Math.rint(scaled);
        // Of the decimals that are further apart than floats at most one reads as this float: then it is the shortest.
        if (Math.abs(digits - scaled) > HALF_APART[row]) {
            decimals++; // otherwise it is the nearest of those with one digit more
            digits = Math.rint(size * POWERS[decimals]);
        }
        return write(value < 0, (int) digits, decimals, into, at);
    }

    private static int write(boolean isNegative, int digits, int decimals, byte[] into, int at) {
        int next = at;
        if (isNegative) {
            into[next++] = '-';
        }
        into[next++] = '0';
        into[next++] = '.';
        int end = next + decimals;
        int rest = digits;
        int place = end;
        while (place - next >= 2) {
            int pair = rest % 100;
            rest /= 100;
            place -= 2;
            into[place] = PAIRS[2 * pair];
            into[place + 1] = PAIRS[2 * pair + 1];
        }
        if (place > next) {
            into[next] = (byte) ('0' + rest);
        }
        while (into[end - 1] == '0') {
            end--;
        }
        return end;
    }

    /** What is no number stands in quotation marks. */
    private static int writeAsJackson(float value, byte[] into, int at) {
        String number = NumberOutput.toString(value, true);
        byte[] text = (Float.isFinite(value) ? number : '"' + number + '"').getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(text, 0, into, at, text.length);
        return at + text.length;
    }
}
