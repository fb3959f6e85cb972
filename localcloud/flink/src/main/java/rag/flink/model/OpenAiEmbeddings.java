package rag.flink.model;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rag.flink.Json;
import rag.flink.http.ProviderCall;
import rag.flink.http.ProviderException;
import rag.flink.workspace.Connection;

/** OpenAI's embeddings API ({@code POST /v1/embeddings}), one call for many inputs. */
final class OpenAiEmbeddings {

    private static final int LARGEST_FRAME = 64 << 10;
    // 4,096 dimensions, each with more characters than a double can have.
    private static final int LARGEST_VECTOR = 128 << 10;

    // The local cloud's server writes plain floats for who can read them; others answer in JSON whatever is preferred.
    private static final String ACCEPTED = EmbeddingReply.FLOATS + ", application/json;q=0.9";

    private OpenAiEmbeddings() {}

    /** The vectors of the inputs, in their order. */
    static List<float[]> embed(Connection connection, String modelVersion, List<String> inputs, Duration timeout)
            throws ProviderException, InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", modelVersion);
        body.put("input", inputs);
        // Base64: a third of the bytes of decimal digits, and no parsing of numbers.
        body.put("encoding_format", "base64");
        ProviderCall call =
                new ProviderCall(
                        connection,
                        connection.endpoint(),
                        Map.of(
                                "Authorization",
                                "Bearer " + connection.secrets().getOrDefault("API_KEY", ""),
                                "Accept",
                                ACCEPTED),
                        Json.bytes(body),
                        LARGEST_FRAME + LARGEST_VECTOR * inputs.size(),
                        timeout);
        try {
            ProviderCall.Answer answer = call.typedAnswer();
            return answer.mediaType().equals(EmbeddingReply.FLOATS)
                    ? EmbeddingReply.plainVectors(answer.body(), inputs.size())
                    : EmbeddingReply.vectors(answer.body(), inputs.size());
        } catch (IllegalArgumentException e) {
            throw call.unusable("is not an embedding response: " + e.getMessage());
        }
    }
}
