package rag.stores;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.List;
import org.junit.jupiter.api.Test;

class VectorsTest {

    private static Vectors vectors(Similarity similarity, Object... values) {
        Vectors vectors = new Vectors(new SearchIndex.VectorField("at.vector", 2, similarity));
        for (int position = 0; position < values.length; position++) {
            vectors.put(position, new Document("at", new Document("vector", values[position])));
        }
        return vectors;
    }

    private static List<Vectors.Hit> nearest(Vectors vectors, int limit) {
        return vectors.nearest(new float[] {3, 4}, limit, position -> true);
    }

    @Test
    void dotProductIsScoredAsAtlasDoes() {
        Vectors vectors = vectors(Similarity.DOT_PRODUCT, List.of(0.06, 0.08), List.of(-3.0, -4.0), List.of(0.0, 0.0));
        assertEquals(
                List.of(new Vectors.Hit(0, 0.75), new Vectors.Hit(2, 0.5), new Vectors.Hit(1, 0)),
                nearest(vectors, 3).stream()
                        .map(hit -> new Vectors.Hit(hit.position(), Math.round(hit.score() * 1e6) / 1e6))
                        .toList());
    }

    @Test
    void cosineLooksAtTheDirectionAlone() {
        Vectors vectors = vectors(Similarity.COSINE, List.of(-6, -8), List.of(30, 40), List.of(0, 0), List.of(-4, 3));
        List<Vectors.Hit> hits = nearest(vectors, 10);
        assertEquals(List.of(1, 3, 0), hits.stream().map(Vectors.Hit::position).toList());
        assertEquals(1, hits.get(0).score(), 1e-6);
        assertEquals(0.5, hits.get(1).score(), 1e-6);
        assertEquals(0, hits.get(2).score(), 1e-6);
        assertThrows(MongoServerError.class, () -> vectors.nearest(new float[] {0, 0}, 1, position -> true));
    }

    @Test
    void euclideanIsOneOverOnePlusTheDistance() {
        assertEquals(
                List.of(new Vectors.Hit(1, 1.0), new Vectors.Hit(0, 1 / 6.0)),
                nearest(vectors(Similarity.EUCLIDEAN, List.of(0, 0), List.of(3, 4)), 2));
    }

    @Test
    void whatHasNoVectorOfTheIndexIsNeverFound() {
        Vectors vectors =
                vectors(Similarity.DOT_PRODUCT, List.of(1, 1, 1), "text", List.of("a", "b"), List.of(1, 1), List.of(2));
        assertEquals(List.of(3), nearest(vectors, 10).stream().map(Vectors.Hit::position).toList());
    }

    @Test
    void changesCount() {
        Vectors vectors = vectors(Similarity.DOT_PRODUCT, List.of(1, 1), List.of(2, 2));
        vectors.remove(1);
        vectors.put(500, new Document("at", new Document("vector", List.of(3, 3))));
        vectors.put(0, new Document());
        assertEquals(List.of(500), nearest(vectors, 10).stream().map(Vectors.Hit::position).toList());
    }

    @Test
    void thoseNotAcceptedMakeRoomForOthers() {
        Vectors vectors = vectors(Similarity.DOT_PRODUCT, List.of(1, 1), List.of(2, 2), List.of(3, 3), List.of(4, 4));
        assertEquals(
                List.of(2, 0),
                vectors.nearest(new float[] {1, 1}, 2, position -> position % 2 == 0).stream()
                        .map(Vectors.Hit::position)
                        .toList());
    }
}
