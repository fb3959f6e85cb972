package rag.flink.model;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import rag.flink.Json;
import rag.flink.workspace.Connection;

/** OpenAI's embeddings API ({@code POST /v1/embeddings}), one call for many inputs. */
final class OpenAiEmbeddings {

    // Shared by all statements: a client holds threads and pooled connections.
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int LONGEST_MESSAGE = 300;
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");

    private OpenAiEmbeddings() {}

    /** The vectors of the inputs, in their order. */
    static List<float[]> embed(Connection connection, String modelVersion, List<String> inputs)
            throws ProviderException, InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", modelVersion);
        body.put("input", inputs);
        // A third of the bytes of decimal digits, and no parsing.
        body.put("encoding_format", "base64");
        HttpResponse<byte[]> response = send(connection, Json.bytes(body));
        if (response.statusCode() / 100 != 2) {
            throw refused(connection, response);
        }
        try {
            return vectors(Json.parse(response.body()), inputs.size());
        } catch (IllegalArgumentException e) {
            throw fault(connection, "sent an answer that is not an embedding response: " + e.getMessage());
        }
    }

    private static HttpResponse<byte[]> send(Connection connection, byte[] body)
            throws ProviderException, InterruptedException {
        HttpRequest request;
        try {
            request =
                    HttpRequest.newBuilder(URI.create(connection.endpoint()))
                            .timeout(TIMEOUT)
                            .header("Content-Type", "application/json")
                            .header("Authorization", "Bearer " + connection.secrets().getOrDefault("API_KEY", ""))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                            .build();
        } catch (IllegalArgumentException e) {
            // Not the exception's own message: it may quote the header that has the key.
            throw new ProviderException(
                    "the connection '" + connection.name() + "' has an endpoint or a key that HTTP does not allow.", false, 0);
        }
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (HttpTimeoutException e) {
            throw transientFault(connection, "did not answer in time.");
        } catch (ConnectException e) {
            throw transientFault(connection, "could not be reached.");
        } catch (IOException e) {
            throw transientFault(connection, "broke off the connection.");
        }
    }

    private static ProviderException refused(Connection connection, HttpResponse<byte[]> response) {
        int status = response.statusCode();
        String message = "answered " + status + ": " + reason(connection, response.body());
        boolean worthRetrying = status == 429 || status == 408 || status >= 500;
        long retryAfter = 1000 * response.headers().firstValue("Retry-After").map(OpenAiEmbeddings::seconds).orElse(0L);
        return new ProviderException(described(connection, message), worthRetrying, retryAfter);
    }

    /** OpenAI's error message, else the beginning of the body; some providers quote the key, so it is blotted out. */
    private static String reason(Connection connection, byte[] body) {
        String text;
        try {
            JsonNode error = Json.parse(body).path("error");
            text = error.isTextual() ? error.asText() : error.path("message").asText("");
        } catch (IllegalArgumentException e) {
            text = "";
        }
        if (text.isBlank()) {
            text = new String(body, 0, Math.min(body.length, LONGEST_MESSAGE), StandardCharsets.UTF_8);
        }
        for (String secret : connection.secrets().values()) {
            text = secret.isEmpty() ? text : text.replace(secret, "***");
        }
        text = WHITE_SPACE.matcher(text).replaceAll(" ").strip();
        if (text.isEmpty()) {
            return "no reason given.";
        }
        return text.length() > LONGEST_MESSAGE ? text.substring(0, LONGEST_MESSAGE) + "..." : text;
    }

    private static long seconds(String header) {
        try {
            return Math.max(0, Long.parseLong(header.strip()));
        } catch (NumberFormatException e) {
            return 0; // a date: the usual back-off will do
        }
    }

    private static List<float[]> vectors(JsonNode response, int count) {
        JsonNode data = response.path("data");
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
        return List.of(vectors);
    }

    /** Base64 of little-endian floats, or plain numbers from providers that know no base64. */
    private static float[] vector(JsonNode embedding) {
        if (embedding.isTextual()) {
            byte[] bytes = Base64.getDecoder().decode(embedding.asText());
            FloatBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            float[] vector = new float[floats.remaining()];
            floats.get(vector);
            return vector;
        }
        if (!embedding.isArray()) {
            throw new IllegalArgumentException("it has an embedding that is neither text nor a list.");
        }
        float[] vector = new float[embedding.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = embedding.get(i).floatValue();
        }
        return vector;
    }

    private static ProviderException transientFault(Connection connection, String what) {
        return new ProviderException(described(connection, what), true, 0);
    }

    private static ProviderException fault(Connection connection, String what) {
        return new ProviderException(described(connection, what), false, 0);
    }

    private static String described(Connection connection, String what) {
        return "the provider at " + connection.endpoint() + " " + what;
    }
}
