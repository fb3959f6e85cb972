package rag.flink.preprocessing.splitting;

/** White space as Unicode has it: that of Java, and what does not break lines or is no space of its own. */
public final class Whitespace {

    private static final int NEXT_LINE = 0x85;

    private Whitespace() {}

    /** A text without white space at its ends. */
    public static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isWhite(text.charAt(start))) {
            start++;
        }
        while (end > start && isWhite(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isWhite(char character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character) || character == NEXT_LINE;
    }
}
