package rag.flink.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonGenerator;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.io.NumberOutput;
import org.junit.jupiter.api.Test;
import rag.flink.Json;

class FloatTextTest {

    private static String text(float value) {
        byte[] buffer = new byte[FloatText.LONGEST];
        return new String(buffer, 0, FloatText.write(value, buffer, 0), StandardCharsets.US_ASCII);
    }

    private static void check(float value) {
        assertEquals(NumberOutput.toString(value, true), text(value));
        assertEquals(value, Float.parseFloat(text(value)));
    }

    /** Every 4,001st of all numbers from 0.001 to 1, a step that no power of two divides. */
    @Test
    void numbersOfVectorsAreWrittenAsJacksonDoes() {
        for (int bits = Float.floatToIntBits(1e-3f); bits < Float.floatToIntBits(1f); bits += 4001) {
            check(Float.intBitsToFloat(bits));
            check(-Float.intBitsToFloat(bits));
        }
    }

    /** Where two decimals are equally near, and around powers of two, where floats are closer below than above. */
    @Test
    void tiesAndPowersOfTwoAreWrittenAsJacksonDoes() {
        for (int exponent = -12; exponent <= 1; exponent++) {
            float power = Math.scalb(1f, exponent);
            for (int odd = 1; odd < 512; odd += 2) {
                check(power * odd / 256);
            }
            check(Math.nextDown(power));
            check(Math.nextUp(power));
        }
    }

    @Test
    void allOtherNumbersAreWrittenAsJacksonDoes() {
        for (float value :
                new float[] {0f, -0f, 1f, -1f, 1e-3f, Math.nextDown(1e-3f), 1.5e10f, Float.MIN_VALUE, -Float.MAX_VALUE}) {
            check(value);
        }
        Random random = new Random(17);
        for (int i = 0; i < 100_000; i++) {
            float any = Float.intBitsToFloat(random.nextInt());
            if (Float.isFinite(any)) {
                check(any);
            }
        }
        assertTrue(text(-Float.MIN_NORMAL).length() <= FloatText.LONGEST);
    }

    @Test
    void whatIsNoNumberIsQuoted() {
        assertEquals("\"NaN\"", text(Float.NaN));
        assertEquals("\"-Infinity\"", text(Float.NEGATIVE_INFINITY));
    }

    /** Vectors that fit into the generator's buffer, and one that does not. */
    @Test
    void aVectorOfAnySizeIsAValueOfJson() throws IOException {
        Random random = new Random(18);
        for (int size : new int[] {0, 1, 256, 384, 3072}) {
            float[] vector = new float[size];
            StringBuilder expected = new StringBuilder();
            for (int i = 0; i < size; i++) {
                vector[i] = (float) random.nextGaussian() / 16;
                expected.append(i == 0 ? "" : ",").append(NumberOutput.toString(vector[i], true));
            }
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            try (JsonGenerator out = Json.MAPPER.getFactory().createGenerator(written)) {
                out.writeStartObject();
                out.writeFieldName("v");
                out.writeRawValue(new FloatsText(vector));
                out.writeNumberField("n", 1);
                out.writeEndObject();
            }
            assertEquals("{\"v\":[" + expected + "],\"n\":1}", written.toString());
        }
    }

    @Test
    void aVectorHasNoFormWithinQuotationMarks() {
        assertThrows(UnsupportedOperationException.class, () -> new FloatsText(new float[1]).asQuotedUTF8());
    }
}
