package rag.flink.preprocessing.splitting;

import java.util.ArrayList;
import java.util.List;

/** Divides a text at separators, and puts the pieces together to chunks. */
public final class TextSplitter {

    private final List<Separator> separators;
    private final Chunks chunks;

    /** @param separators from the one that divides most coarsely to the finest, at least one */
    public TextSplitter(List<Separator> separators, Chunks chunks) {
        this.separators = separators;
        this.chunks = chunks;
    }

    /** The chunks of a text that is divided at the first separator alone. */
    public List<String> once(String text) {
        return chunks.of(separators.get(0).divide(text));
    }

    /** The chunks of a text; a piece that is too long is divided at the next separators that are in it. */
    public List<String> recursive(String text) {
        List<String> found = new ArrayList<>();
        collect(text, separators, found);
        return found;
    }

    private void collect(String text, List<Separator> from, List<String> found) {
        int at = 0;
        while (at < from.size() - 1 && !from.get(at).isIn(text)) {
            at++;
        }
        List<Separator> finer = from.get(at).isLast() ? List.of() : from.subList(at + 1, from.size());
        List<Piece> small = new ArrayList<>();
        for (Piece piece : from.get(at).divide(text)) {
            if (piece.length() < chunks.size()) {
                small.add(piece);
                continue;
            }
            found.addAll(chunks.of(small));
            small.clear();
            if (finer.isEmpty()) {
                found.add(piece.text());
            } else {
                collect(piece.text(), finer, found);
            }
        }
        found.addAll(chunks.of(small));
    }
}
