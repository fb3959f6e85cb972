package rag.flink.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Base64;
import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.DeserializationFeature;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectReader;
import rag.flink.Json;

/** A provider's reply to a request for embeddings; {@link IllegalArgumentException} if it is not valid. */
final class EmbeddingReply {

    /** The media type of vectors as little-endian floats, one after another ({@code localcloud/api/routers/openai.py}). */
    static final String FLOATS = "application/vnd.confluent-rag.float32";

    // Not BigDecimal: all digits of a number take several times the memory, and vectors are floats.
    private static final ObjectReader READER =
            Json.MAPPER.reader().without(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private EmbeddingReply() {}

    /** The vectors of {@code count} inputs, in their order, all of one size and of finite numbers. */
    static List<float[]> vectors(byte[] body, int count) {
        JsonNode data = parsed(body).path("data");
        if (!data.isArray() || data.size() != count) {
            throw new IllegalArgumentException("it has " + data.size() + " vectors for " + count + " inputs.");
        }
        float[][] vectors = new float[count][];
        for (int i = 0; i < count; i++) {
            int index = data.get(i).path("index").asInt(i);
            if (index < 0 || index >= count || vectors[index] != null) {
                throw new IllegalArgumentException("its indexes are not those of the inputs.");
            }
            vectors[index] = vector(data.get(i).path("embedding"));
        }
        requireOneSize(vectors);
        return List.of(vectors);
    }

    /** The vectors of {@code count} inputs from a body of {@link #FLOATS}. */
    static List<float[]> plainVectors(byte[] body, int count) {
        if (body.length == 0 || body.length % (count * Float.BYTES) != 0) {
            throw new IllegalArgumentException("it has " + body.length + " bytes of floats for " + count + " inputs.");
        }
        FloatBuffer floats = floats(body);
        float[][] vectors = new float[count][floats.remaining() / count];
        for (float[] vector : vectors) {
            floats.get(vector);
            requireFinite(vector);
        }
        return List.of(vectors);
    }

    private static FloatBuffer floats(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    private static JsonNode parsed(byte[] body) {
        try {
            return READER.readTree(body);
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON", e);
        }
    }

    private static void requireOneSize(float[][] vectors) {
        for (float[] vector : vectors) {
            if (vector.length == 0) {
                throw new IllegalArgumentException("it has an empty vector.");
            }
            if (vector.length != vectors[0].length) {
                throw new IllegalArgumentException(
                        "it has vectors of " + vectors[0].length + " and of " + vector.length + " dimensions.");
            }
        }
    }

    /** Base64 of little-endian floats, or plain numbers from providers that know no base64. */
    private static float[] vector(JsonNode embedding) {
        float[] vector;
        if (embedding.isTextual()) {
            vector = decoded(embedding.asText());
        } else if (embedding.isArray()) {
            vector = new float[embedding.size()];
            for (int i = 0; i < vector.length; i++) {
                JsonNode number = embedding.get(i);
                vector[i] = number.isNumber() ? number.floatValue() : Float.NaN;
            }
        } else {
            throw new IllegalArgumentException("it has an embedding that is neither text nor a list.");
        }
        requireFinite(vector);
        return vector;
    }

    private static void requireFinite(float[] vector) {
        for (float number : vector) {
            if (!Float.isFinite(number)) {
                throw new IllegalArgumentException("it has a vector with something else than finite numbers.");
            }
        }
    }

    private static float[] decoded(String base64) {
        byte[] bytes = Base64.getDecoder().decode(base64);
        if (bytes.length % Float.BYTES != 0) {
            throw new IllegalArgumentException("it has an embedding of " + bytes.length + " bytes, not four for a number.");
        }
        FloatBuffer floats = floats(bytes);
        float[] vector = new float[floats.remaining()];
        floats.get(vector);
        return vector;
    }
}
