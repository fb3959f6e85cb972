package rag.flink.preprocessing.splitting;

/**
 * A part of a text between two separators.
 *
 * @param joint what stands between it and the piece before it where both are in one chunk
 */
record Piece(String text, String joint, int length, int jointLength) {

    static Piece of(String text, String joint) {
        return new Piece(text, joint, characters(text), characters(joint));
    }

    /** Characters as a reader counts them: one of two {@code char}s is one. */
    private static int characters(String text) {
        return text.codePointCount(0, text.length());
    }
}
