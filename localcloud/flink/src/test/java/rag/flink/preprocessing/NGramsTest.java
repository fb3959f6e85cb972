package rag.flink.preprocessing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static rag.flink.preprocessing.Calls.assertRefused;
import static rag.flink.preprocessing.Calls.shown;

import org.junit.jupiter.api.Test;

class NGramsTest {

    private static final String NGRAMS = "ML_NGRAMS";

    private static String[] texts(String... texts) {
        return texts;
    }

    @Test
    void neighboursAreJoined() {
        assertEquals("[a b, b c]", shown(NGRAMS, texts("a", "b", "c"), 2));
        assertEquals("[a#b#c]", shown(NGRAMS, texts("a", "b", "c"), 3, "#"));
        assertEquals("[a, b]", shown(NGRAMS, texts("a", "b"), 1));
        assertEquals("[]", shown(NGRAMS, texts("a", "b"), 3));
    }

    @Test
    void anArrayAloneIsNotTakenForTheArguments() {
        assertArrayEquals(texts("a b"), (Object[]) new PreprocessingFunction(NGRAMS).eval(texts("a", "b")));
        assertArrayEquals(texts(), (Object[]) new PreprocessingFunction(NGRAMS).eval((String[]) null));
    }

    @Test
    void nullsArePassedOverAndBlanksAreEmpty() {
        assertEquals("[a#c]", shown(NGRAMS, texts("a", null, "c"), 2, "#"));
        assertEquals("[a#, #, #c]", shown(NGRAMS, texts("a", "", " \t\u00a0", "c"), 2, "#"));
        assertEquals("[ a # b ]", shown(NGRAMS, texts(" a ", " b "), 2, "#"));
        assertEquals("[]", shown(NGRAMS, null, 1));
        assertEquals("[]", shown(NGRAMS, texts(), 1));
        assertEquals("[]", shown(NGRAMS, texts("a", null), 2));
    }

    @Test
    void settingsAreChecked() {
        assertRefused("The second argument of ML_NGRAMS, nValue, is 0: it must be 1 or more.", NGRAMS, texts(), 0);
        assertRefused(
                "The second argument of ML_NGRAMS, nValue, is NULL: it must be a whole number, of type INT.",
                NGRAMS, texts(), null);
        assertRefused(
                "The third argument of ML_NGRAMS, separator, is NULL: it must be a text, of type STRING.",
                NGRAMS, texts(), 2, null);
    }
}
