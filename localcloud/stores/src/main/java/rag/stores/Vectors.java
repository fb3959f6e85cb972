package rag.stores;

import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;

/**
 * The vectors of a collection's documents as plain arrays, by the documents' positions; guarded by the collection.
 *
 * <p>A search compares with all of them: its result is exact.
 */
final class Vectors {

    private static final Comparator<Hit> NEARER = Comparator.comparingDouble(Hit::score);

    private final SearchIndex.VectorField field;
    private float[][] rows = new float[64][];

    Vectors(SearchIndex.VectorField field) {
        this.field = field;
    }

    /** Where a document is, and how near. */
    record Hit(int position, double score) {}

    /** Takes the vector of a document; one without a vector of the index's dimensions is never found, as in Atlas. */
    void put(int position, Document document) {
        if (position >= rows.length) {
            rows = Arrays.copyOf(rows, Math.max(position + 1, 2 * rows.length));
        }
        rows[position] =
                numbers(Utils.getSubdocumentValue(document, field.path()))
                        .filter(vector -> vector.length == field.dimensions())
                        .flatMap(field.similarity()::prepared)
                        .orElse(null);
    }

    void remove(int position) {
        rows[position] = null;
    }

    /** The nearest of those that are accepted, the nearest first. */
    List<Hit> nearest(float[] query, int limit, IntPredicate accepted) {
        float[] prepared =
                field.similarity()
                        .prepared(query)
                        .orElseThrow(
                                () -> Refusal.search("Cosine similarity cannot be calculated against a zero vector."));
        PriorityQueue<Hit> nearest = new PriorityQueue<>(NEARER);
        for (int position = 0; position < rows.length; position++) {
            if (rows[position] == null) {
                continue;
            }
            double score = field.similarity().score(prepared, rows[position]);
            boolean isNear = nearest.size() < limit || score > nearest.element().score();
            if (isNear && accepted.test(position)) {
                nearest.add(new Hit(position, score));
                if (nearest.size() > limit) {
                    nearest.remove();
                }
            }
        }
        List<Hit> hits = new ArrayList<>(nearest);
        hits.sort(Collections.reverseOrder(NEARER));
        return hits;
    }

    /** A list of numbers as an array; empty for anything else. */
    static Optional<float[]> numbers(Object value) {
        if (!(value instanceof Collection<?> list)) {
            return Optional.empty();
        }
        float[] vector = new float[list.size()];
        int i = 0;
        for (Object each : list) {
            if (!(each instanceof Number number)) {
                return Optional.empty();
            }
            vector[i++] = number.floatValue();
        }
        return Optional.of(vector);
    }
}
