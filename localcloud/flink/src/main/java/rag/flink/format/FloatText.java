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
    private static final byte[] PAIRS = pairs();
    private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};

    /** By exponent: the most decimals with which two numbers are further apart than two floats are. */
    private static final int[] COARSE = coarse();

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
            double apart = Math.scalb(1.0, SMALLEST_EXPONENT + i - 23);
            while (1 / POWERS[coarse[i] + 1] >= apart) {
                coarse[i]++;
            }
        }
        return coarse;
    }

    /** Writes a number at {@code at}, where {@link #LONGEST} bytes must be left; returns where it ends. */
    static int write(float value, byte[] into, int at) {
        float size = Math.abs(value);
        if (size >= SMALLEST_WITHOUT_EXPONENT && size < 1) {
            // Of the decimals that are further apart than floats at most one reads as this float: then it is the shortest.
            // Otherwise it is the nearest of those with one digit more.
            int decimals = COARSE[Math.getExponent(size) - SMALLEST_EXPONENT];
            int digits = digits(size, decimals);
            if (digits < 0) {
                digits = digits(size, ++decimals);
            }
            if (digits >= 0) {
                return write(value < 0, digits, decimals, into, at);
            }
        }
        return writeAsJackson(value, into, at);
    }

    /** The decimals of the nearest number with so many of them, -1 if it reads as another float. */
    private static int digits(float size, int decimals) {
        double power = POWERS[decimals];
        int digits = (int) Math.rint(size * power);
        return (float) (digits / power) == size ? digits : -1;
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
