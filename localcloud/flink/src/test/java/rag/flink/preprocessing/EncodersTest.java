package rag.flink.preprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static rag.flink.preprocessing.Calls.assertRefused;
import static rag.flink.preprocessing.Calls.call;
import static rag.flink.preprocessing.Calls.shown;

import java.math.BigDecimal;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class EncodersTest {

    private static final String LABEL = "ML_LABEL_ENCODER";
    private static final String ONE_HOT = "ML_ONE_HOT_ENCODER";

    private static String[] letters(String... letters) {
        return letters;
    }

    // ML_LABEL_ENCODER ------------------------------------------------------------------------------------------------

    @Test
    void aLabelIsThePlaceOfTheCategory() {
        assertEquals(1, call(LABEL, "a", letters("a", "b")));
        assertEquals(2, call(LABEL, "b", letters("a", "b"), false));
        assertEquals(0, call(LABEL, "a", letters("a", "b"), true));
        assertEquals(2, call(LABEL, new BigDecimal("2.0"), new BigDecimal[] {BigDecimal.ONE, new BigDecimal("2.00")}));
        assertEquals(1, call(LABEL, LocalDate.EPOCH, new LocalDate[] {LocalDate.EPOCH}));
        assertEquals(2, call(LABEL, true, new Boolean[] {false, true}));
    }

    @Test
    void whatIsInNoCategoryIsUnknown() {
        assertEquals(0, call(LABEL, "c", letters("a", "b")));
        assertEquals(-1, call(LABEL, "c", letters("a", "b"), true));
        assertEquals(0, call(LABEL, "c", letters()));
        Double[] all = {Double.NEGATIVE_INFINITY, 1.0, Double.POSITIVE_INFINITY, Double.NaN};
        for (Double unknown : new Double[] {null, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, Double.NaN}) {
            assertEquals(0, call(LABEL, unknown, all));
            assertEquals(-1, call(LABEL, unknown, all, true));
        }
        assertEquals(0, call(LABEL, Float.NaN, new Float[] {1f, Float.NaN}));
        assertEquals(2, call(LABEL, 1.0, all));
    }

    @Test
    void categoriesAreSortedAndDiffer() {
        String argument = "The second argument of ML_LABEL_ENCODER, categories, ";
        assertRefused(
                argument + "is NULL: it must be an array of texts, numbers, booleans, dates or times.", LABEL, "a", null);
        assertRefused(
                argument + "has a NULL: leave it out, as a NULL is always an unknown value.",
                LABEL, "a", letters("a", null));
        assertRefused(argument + "has 'a' twice: write each category once.", LABEL, "a", letters("a", "b", "a"));
        assertRefused(
                argument + "is not sorted: write its values in ascending order, '9' before '10'.",
                LABEL, 9, new Integer[] {1, 10, 9});
        assertRefused(
                "The third argument of ML_LABEL_ENCODER, includeZeroLabel, is NULL: it must be TRUE or FALSE.",
                LABEL, "a", letters("a"), null);
    }

    // ML_ONE_HOT_ENCODER ----------------------------------------------------------------------------------------------

    @Test
    void aVectorHasAOneForTheCategory() {
        assertEquals("[0, 1]", shown(ONE_HOT, "a", letters("b", "a")));
        assertEquals("[0, 1, 0]", shown(ONE_HOT, "a", letters("b", "a"), false));
        assertEquals("[1, 0, 0]", shown(ONE_HOT, "b", letters("b", "a"), true, "KEEP"));
        assertEquals("[1, 0]", shown(ONE_HOT, "b", letters("b", "a"), true, "ERROR"));
    }

    @Test
    void unknownValuesAreHandledAsIsSaid() {
        for (String unknown : letters("c", null)) {
            assertEquals("[0, 0]", shown(ONE_HOT, unknown, letters("b", "a")));
            assertEquals("[0, 0, 0]", shown(ONE_HOT, unknown, letters("b", "a"), false, "IGNORE"));
            assertEquals("[0, 0, 1]", shown(ONE_HOT, unknown, letters("b", "a"), true, "KEEP"));
            assertEquals("[0, 0, 1]", shown(ONE_HOT, unknown, letters("b", "a"), false, "KEEP"));
        }
        String remedy = ", which is none of the categories: add it to them, or write 'IGNORE' or 'KEEP' for handleUnknown.";
        assertRefused("ML_ONE_HOT_ENCODER has met 'c'" + remedy, ONE_HOT, "c", letters("b"), true, "ERROR");
        assertRefused("ML_ONE_HOT_ENCODER has met NULL" + remedy, ONE_HOT, null, letters("b"), true, "ERROR");
        assertRefused(
                "ML_ONE_HOT_ENCODER has met '" + "x".repeat(50) + "...'" + remedy,
                ONE_HOT, "x".repeat(51), letters("b"), true, "ERROR");
    }

    @Test
    void thereAreCategories() {
        String argument = "The second argument of ML_ONE_HOT_ENCODER, categories, ";
        assertRefused(argument + "is empty: write at least one category.", ONE_HOT, "a", letters());
        assertRefused(
                argument + "is NULL: it must be an array of texts, numbers, booleans, dates or times.", ONE_HOT, "a", null);
        assertRefused(
                argument + "has a NULL: leave it out, as a NULL is always an unknown value.", ONE_HOT, "a", letters("a", null));
        assertRefused(argument + "has 'a' twice: write each category once.", ONE_HOT, "a", letters("a", "a"));
        assertRefused(
                "The fourth argument of ML_ONE_HOT_ENCODER, handleUnknown, is 'keep': write 'ERROR', 'IGNORE' or 'KEEP'.",
                ONE_HOT, "a", letters("a"), true, "keep");
    }
}
