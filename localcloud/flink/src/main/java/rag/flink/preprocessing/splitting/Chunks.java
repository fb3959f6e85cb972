package rag.flink.preprocessing.splitting;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Puts pieces together as long as they fit into a chunk. The next chunk begins with the last pieces of the one before it,
 * as many as fit into the overlap.
 *
 * @param size of a chunk, in characters; a longer piece is a chunk of its own
 * @param overlap of two chunks, in characters, at most the size
 * @param trim whether chunks lose the white space at their ends, and with it those that have nothing else
 */
public record Chunks(int size, int overlap, boolean trim) {

    List<String> of(List<Piece> pieces) {
        List<String> chunks = new ArrayList<>();
        Deque<Piece> current = new ArrayDeque<>();
        int length = 0;
        for (Piece piece : pieces) {
            if (length + added(piece, current) > size && !current.isEmpty()) {
                add(chunks, current);
                while (length > overlap || (length > 0 && length + added(piece, current) > size)) {
                    length -= current.removeFirst().length();
                    length -= current.isEmpty() ? 0 : current.getFirst().jointLength();
                }
            }
            length += added(piece, current);
            current.addLast(piece);
        }
        add(chunks, current);
        return chunks;
    }

    private static int added(Piece piece, Deque<Piece> current) {
        return piece.length() + (current.isEmpty() ? 0 : piece.jointLength());
    }

    private void add(List<String> chunks, Deque<Piece> pieces) {
        StringBuilder joined = new StringBuilder();
        for (Piece piece : pieces) {
            joined.append(joined.isEmpty() ? "" : piece.joint()).append(piece.text());
        }
        String chunk = trim ? Whitespace.strip(joined.toString()) : joined.toString();
        if (!chunk.isEmpty()) {
            chunks.add(chunk);
        }
    }
}
