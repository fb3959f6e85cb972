package rag.flink.preprocessing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static rag.flink.preprocessing.Calls.assertRefused;
import static rag.flink.preprocessing.Calls.call;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import rag.flink.preprocessing.splitting.FileFormats;

class SplittersTest {

    private static final String CHARACTER = "ML_CHARACTER_TEXT_SPLITTER";
    private static final String RECURSIVE = "ML_RECURSIVE_TEXT_SPLITTER";
    private static final String FORMAT = "ML_FILE_FORMAT_TEXT_SPLITTER";

    private static void assertChunks(List<String> expected, String function, Object... arguments) {
        assertEquals(expected, List.of((Object[]) call(function, arguments)));
    }

    // Pieces and chunks -----------------------------------------------------------------------------------------------

    @Test
    void aChunkBeginsWithTheEndOfTheOneBefore() {
        assertChunks(
                List.of("This is the text I would like to ch", "o chunk up. It is the example text ", "ext for this exercise"),
                CHARACTER,
                "This is the text I would like to chunk up. It is the example text for this exercise",
                35, 4, "", true, false, true, "END");
        assertChunks(List.of("a b", "b c", "c d"), CHARACTER, "a b c d", 3, 1, " ", false);
    }

    @Test
    void aPieceThatIsTooLongIsAChunkAsItIs() {
        assertChunks(List.of("a", "bbbbbb", "c"), CHARACTER, "a bbbbbb c", 3, 0, " ", false);
        assertChunks(List.of("a", "b"), CHARACTER, "a b", 0, 0, " ", false);
    }

    @ParameterizedTest
    @CsvSource({"false, START, 'one,two', three", "true, START, 'one,two', ',three'", "true, END, 'one,two,', three"})
    void aSeparatorIsDroppedOrKept(boolean keep, String position, String first, String second) {
        assertChunks(List.of(first, second), CHARACTER, "one,two,three", 9, 0, ",", false, true, keep, position);
    }

    @Test
    void piecesAreJoinedByWhatStoodBetweenThem() {
        assertChunks(List.of("a1b22c", "d"), CHARACTER, "a1b22c333d", 7, 0, "[0-9]+", true);
        assertChunks(List.of("a,,b"), CHARACTER, "a,,b", 9, 0, "[,]", true);
        assertChunks(List.of("a,b"), CHARACTER, "a,,b", 9, 0, ",", false);
        assertChunks(List.of("a.b", ".c"), CHARACTER, "a.b.c", 3, 0, "(?=[.])", true);
        assertChunks(List.of("a.b"), CHARACTER, "a.b", 9, 0, ".", false);
    }

    @Test
    void whiteSpaceIsTrimmedUnlessItIsWanted() {
        assertChunks(List.of("a", "b"), CHARACTER, "\u00a0a , b\u3000", 3, 0, ",", false);
        assertChunks(List.of("\u00a0a ", " b\u3000"), CHARACTER, "\u00a0a , b\u3000", 3, 0, ",", false, false);
        assertChunks(List.of("a"), CHARACTER, "a, ,\n", 2, 0, ",", false);
        assertChunks(List.of("a", " ", "\n"), CHARACTER, "a, ,\n", 1, 0, ",", false, false);
    }

    @Test
    void charactersAreCountedAsAReaderCountsThem() {
        assertChunks(List.of("😀😀", "😀a"), CHARACTER, "😀😀😀a", 2, 0, "", false);
        assertChunks(List.of("😀", "a"), CHARACTER, "😀a", 1, 0, "x*", true, true, true);
    }

    @Test
    void noTextHasNoChunks() {
        for (String function : List.of(CHARACTER, RECURSIVE)) {
            assertNull(call(function, null, 5, 0, function.equals(CHARACTER) ? "," : new String[] {","}, false));
            assertArrayEquals(
                    new String[0],
                    (Object[]) call(function, "", 5, 0, function.equals(CHARACTER) ? "," : new String[] {","}, false));
        }
        assertNull(call(FORMAT, null, 5, 0, "SQL"));
    }

    // Recursion -------------------------------------------------------------------------------------------------------

    @Test
    void whatIsTooLongIsDividedAgain() {
        assertChunks(
                List.of("Hello", ". world", "!"),
                RECURSIVE, "Hello. world!", 0, 0, new String[] {"[!]", "[.]"}, true, true, true, "START");
        assertChunks(List.of("one", "two", "thre", "e", "x"), RECURSIVE, "one\n\ntwo three x", 4, 0, new String[] {"\n\n", " ", ""});
    }

    @Test
    void theDefaultsAreParagraphsLinesWordsAndCharacters() {
        List<String> expected = List.of("one two", "three", "fouuuuuu", "uur");
        assertChunks(expected, RECURSIVE, "one two\n\nthree\nfouuuuuuuur", 8, 0);
        assertChunks(expected, RECURSIVE, "one two\n\nthree\nfouuuuuuuur", 8, 0, new String[0], false);
    }

    @Test
    void aSeparatorThatIsNotThereIsPassedOver() {
        assertChunks(List.of("one", "two"), RECURSIVE, "one two", 4, 0, new String[] {"#", " ", ","});
        assertChunks(List.of("onetwo"), RECURSIVE, "onetwo", 4, 0, new String[] {"#", ","});
        assertChunks(List.of("o", "n", "e"), RECURSIVE, "one", 1, 0, new String[] {"", ","});
    }

    // Formats ---------------------------------------------------------------------------------------------------------

    static List<String> formats() {
        return FileFormats.names();
    }

    @Test
    void theFormatsAreThoseOfThePage() {
        assertEquals(
                "C CPP CSHARP ELIXIR GO HTML JAVA JAVASCRIPT JSON KOTLIN LATEX MARKDOWN PHP PYTHON RUBY RUST SCALA SQL"
                        + " SWIFT TYPESCRIPT XML",
                String.join(" ", FileFormats.names()));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void aFormatDividesDownToCharactersAndLosesNone(String format) {
        String text = "class A {\n  int b;\n}\n\n<p>x</p>\n# T\n$y$;\nselect 1;\n\\section{s}\n[{\"a\": 1}, 2]";
        Object[] chunks = (Object[]) call(FORMAT, text, 3, 0, format, false, true, "END");
        StringBuilder joined = new StringBuilder();
        for (Object chunk : chunks) {
            joined.append(chunk);
            assertEquals(Math.min(3, chunk.toString().length()), chunk.toString().length());
        }
        assertEquals(text, joined.toString());
    }

    @Test
    void aFormatIsDividedWhereItsPartsBegin() {
        assertChunks(
                List.of("def hello_world():\n print(\"Hello, World!\")", "# Call the function\nhello_world()"),
                FORMAT, "def hello_world():\n print(\"Hello, World!\")\n\n# Call the function\nhello_world()\n", 50, 0, "PYTHON");
        assertChunks(List.of("class A", "def b"), FORMAT, "class A\ndef b", 8, 0, "PYTHON", true, true);
        assertChunks(List.of("# One\ntext", "## Two\nmore"), FORMAT, "# One\ntext\n## Two\nmore", 12, 0, "MARKDOWN", true, true);
        assertChunks(List.of("[{\"a\": 1},", "{\"a\": 2}]"), FORMAT, "[{\"a\": 1}, {\"a\": 2}]", 12, 0, "JSON");
        assertChunks(List.of("<a><b>1</b>", "<b>2</b></a>"), FORMAT, "<a><b>1</b><b>2</b></a>", 13, 0, "XML");
        assertChunks(List.of("SELECT 1;", "select 2;"), FORMAT, "SELECT 1;\nselect 2;", 12, 0, "SQL");
        assertChunks(List.of("cost is", "$x$ now"), FORMAT, "cost is $x$ now", 8, 0, "LATEX", true, true);
    }

    // Refusals --------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({CHARACTER + ", separator", RECURSIVE + ", separators", FORMAT + ", formatName"})
    void sizesAreChecked(String function, String fourth) {
        Object separator = function.equals(CHARACTER) ? "," : function.equals(RECURSIVE) ? new String[] {","} : "SQL";
        String size = "The second argument of " + function + ", chunkSize, ";
        String overlap = "The third argument of " + function + ", chunkOverlap, ";
        String whole = "is NULL: it must be a whole number, of type INT.";
        Object[] rest = function.equals(FORMAT) ? new Object[] {separator} : new Object[] {separator, false};
        assertRefused(size + "is -1: it must be 0 or more.", function, arguments("a", -1, 0, rest));
        assertRefused(size + whole, function, arguments("a", null, 0, rest));
        assertRefused(overlap + "is -1: it must be 0 or more.", function, arguments("a", 5, -1, rest));
        assertRefused(overlap + whole, function, arguments("a", 5, null, rest));
        assertRefused(
                overlap + "is 6 and chunkSize is 5: it must not be larger than that.", function, arguments("a", 5, 6, rest));
        rest[0] = null;
        assertRefused(
                "The fourth argument of " + function + ", " + fourth + ", is NULL: it must be "
                        + (function.equals(RECURSIVE) ? Kind.TEXTS.words() : Kind.TEXT.words()) + ".",
                function, arguments("a", 5, 0, rest));
    }

    private static Object[] arguments(String text, Integer size, Integer overlap, Object... rest) {
        Object[] all = new Object[rest.length + 3];
        all[0] = text;
        all[1] = size;
        all[2] = overlap;
        System.arraycopy(rest, 0, all, 3, rest.length);
        return all;
    }

    @Test
    void theOtherSettingsAreChecked() {
        assertRefused(
                "The eighth argument of ML_CHARACTER_TEXT_SPLITTER, separatorPosition, is 'end': write 'START' or 'END'.",
                CHARACTER, "a", 5, 0, ",", false, true, true, "end");
        for (int position : new int[] {4, 5, 6}) {
            Object[] all = {"a", 5, 0, ",", false, true, true, "END"};
            all[position] = null;
            String name = List.of("isSeparatorRegex", "trimWhitespace", "keepSeparator").get(position - 4);
            assertRefused(
                    "The " + List.of("fifth", "sixth", "seventh").get(position - 4) + " argument of " + CHARACTER + ", "
                            + name + ", is NULL: it must be TRUE or FALSE.",
                    CHARACTER, all);
        }
        assertRefused(
                "The fourth argument of ML_RECURSIVE_TEXT_SPLITTER, separators, has a NULL: write texts only.",
                RECURSIVE, "a", 5, 0, new String[] {",", null});
        assertRefused(
                "The fourth argument of ML_RECURSIVE_TEXT_SPLITTER, separators, has '(', which is no regular expression"
                        + " (Unclosed group): write one, or FALSE for isSeparatorRegex.",
                RECURSIVE, "a", 5, 0, new String[] {",", "("}, true);
        assertRefused(
                "The fourth argument of ML_FILE_FORMAT_TEXT_SPLITTER, formatName, is 'python': write one of 'C', 'CPP',"
                        + " 'CSHARP', 'ELIXIR', 'GO', 'HTML', 'JAVA', 'JAVASCRIPT', 'JSON', 'KOTLIN', 'LATEX',"
                        + " 'MARKDOWN', 'PHP', 'PYTHON', 'RUBY', 'RUST', 'SCALA', 'SQL', 'SWIFT', 'TYPESCRIPT', 'XML'.",
                FORMAT, "a", 5, 0, "python");
    }

    @Test
    void anExpressionThatGoesTooDeepIsToldOf() {
        String repeated = "(a|b)*c";
        assertRefused(
                "The regular expression '(a|b)*c' repeats a group too often in a text of 1000000 characters: write it"
                        + " without a repeated group, such as [ab]* for (a|b)*.",
                CHARACTER, "ab".repeat(500_000), 5, 0, repeated, true);
    }

    @Test
    void otherSettingsMakeAnotherSplitter() {
        PreprocessingFunction function = new PreprocessingFunction(CHARACTER);
        assertArrayEquals(new String[] {"a", "b"}, (Object[]) function.eval("a,b", 1, 0, ",", false));
        assertArrayEquals(new String[] {"a,b"}, (Object[]) function.eval("a,b", 3, 0, ",", false));
        assertArrayEquals(new String[] {"a,b"}, (Object[]) function.eval("a,b", 3, 0, "b", false, true, true));
    }
}
