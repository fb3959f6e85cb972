package rag.flink.format;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.SerializableString;

/** A vector as JSON. Jackson has it written into its own buffer, so that no number becomes an object on the way. */
record FloatsText(float[] numbers) implements SerializableString {

    private static final int BRACKETS = 2;

    /** Returns the number of bytes written, -1 if there is not enough room. */
    @Override
    public int appendUnquotedUTF8(byte[] buffer, int offset) {
        return buffer.length - offset < longest() ? -1 : write(buffer, offset) - offset;
    }

    @Override
    public byte[] asUnquotedUTF8() {
        byte[] text = new byte[longest()];
        return Arrays.copyOf(text, write(text, 0));
    }

    private int longest() {
        return BRACKETS + numbers.length * (FloatText.LONGEST + 1);
    }

    private int write(byte[] into, int at) {
        int next = at;
        into[next++] = '[';
        for (int i = 0; i < numbers.length; i++) {
            if (i > 0) {
                into[next++] = ',';
            }
            next = FloatText.write(numbers[i], into, next);
        }
        into[next++] = ']';
        return next;
    }

    @Override
    public String getValue() {
        return new String(asUnquotedUTF8(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public int charLength() {
        return getValue().length();
    }

    @Override
    public int appendUnquoted(char[] buffer, int offset) {
        String text = getValue();
        if (buffer.length - offset < text.length()) {
            return -1;
        }
        text.getChars(0, text.length(), buffer, offset);
        return text.length();
    }

    @Override
    public int writeUnquotedUTF8(OutputStream out) throws IOException {
        byte[] text = asUnquotedUTF8();
        out.write(text);
        return text.length;
    }

    @Override
    public int putUnquotedUTF8(ByteBuffer out) {
        byte[] text = asUnquotedUTF8();
        if (out.remaining() < text.length) {
            return -1;
        }
        out.put(text);
        return text.length;
    }

    // It is a value, not a text within quotation marks: nothing of it may be escaped.

    @Override
    public char[] asQuotedChars() {
        throw new UnsupportedOperationException();
    }

    @Override
    public byte[] asQuotedUTF8() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int appendQuotedUTF8(byte[] buffer, int offset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int appendQuoted(char[] buffer, int offset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int writeQuotedUTF8(OutputStream out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int putQuotedUTF8(ByteBuffer out) {
        throw new UnsupportedOperationException();
    }
}
