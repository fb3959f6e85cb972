package rag.stores;

import java.util.Optional;
import java.util.stream.Stream;

/** How near two vectors are, between 0 and 1, as Atlas Vector Search scores it. */
enum Similarity {
    EUCLIDEAN("euclidean") {
        @Override
        double score(float[] one, float[] other) {
            return 1 / (1 + Math.sqrt(squaredDistance(one, other)));
        }
    },
    COSINE("cosine") {
        @Override
        double score(float[] one, float[] other) {
            return (1 + dot(one, other)) / 2;
        }

        /** Vectors of length 1 once and for all; there is none in the direction of zero. */
        @Override
        Optional<float[]> prepared(float[] vector) {
            double length = Math.sqrt(dot(vector, vector));
            if (length == 0) {
                return Optional.empty();
            }
            float[] scaled = new float[vector.length];
            for (int i = 0; i < vector.length; i++) {
                scaled[i] = (float) (vector[i] / length);
            }
            return Optional.of(scaled);
        }
    },
    DOT_PRODUCT("dotProduct") {
        @Override
        double score(float[] one, float[] other) {
            return Math.max(0, (1 + dot(one, other)) / 2);
        }
    };

    private final String word;

    Similarity(String word) {
        this.word = word;
    }

    /** The one that an index definition calls that. */
    static Optional<Similarity> of(Object word) {
        return Stream.of(values()).filter(each -> each.word.equals(word)).findFirst();
    }

    /** The score of two prepared vectors. */
    abstract double score(float[] one, float[] other);

    /** What to compare of a vector; empty if it cannot be compared. */
    Optional<float[]> prepared(float[] vector) {
        return Optional.of(vector);
    }

    /** Four sums instead of one, which the processor adds up side by side. */
    static double dot(float[] one, float[] other) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = 0;
        for (; i + 3 < one.length; i += 4) {
            a += one[i] * other[i];
            b += one[i + 1] * other[i + 1];
            c += one[i + 2] * other[i + 2];
            d += one[i + 3] * other[i + 3];
        }
        for (; i < one.length; i++) {
            a += one[i] * other[i];
        }
        return (double) a + b + c + d;
    }

    private static double squaredDistance(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            float difference = one[i] - other[i];
            sum += difference * difference;
        }
        return sum;
    }
}
