package rag.flink.model;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import rag.flink.Json;
import rag.flink.workspace.Connection;

/** OpenAI's embeddings API ({@code POST /v1/embeddings}), one call for many inputs. */
final class OpenAiEmbeddings {

    // Shared by all statements: a client holds threads and pooled connections.
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();
    private static final int LONGEST_MESSAGE = 300;
    private static final int LARGEST_FRAME = 64 << 10;
    // 4,096 dimensions, each with more characters than a double can have.
    private static final int LARGEST_VECTOR = 128 << 10;
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");

    private OpenAiEmbeddings() {}

    /** The vectors of the inputs, in their order. */
    static List<float[]> embed(Connection connection, String modelVersion, List<String> inputs, Duration timeout)
            throws ProviderException, InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", modelVersion);
        body.put("input", inputs);
        // Base64: a third of the bytes of decimal digits, and no parsing of numbers.
        body.put("encoding_format", "base64");
        int largest = LARGEST_FRAME + LARGEST_VECTOR * inputs.size();
        HttpResponse<byte[]> response = send(connection, Json.bytes(body), largest, timeout);
        if (response.statusCode() / 100 != 2) {
            throw refused(connection, response);
        }
        try {
            return EmbeddingReply.vectors(response.body(), inputs.size());
        } catch (IllegalArgumentException e) {
            throw fault(connection, "sent an answer that is not an embedding response: " + e.getMessage());
        }
    }

    private static HttpResponse<byte[]> send(Connection connection, byte[] body, int largest, Duration timeout)
            throws ProviderException, InterruptedException {
        HttpRequest request;
        try {
            request =
                    HttpRequest.newBuilder(URI.create(connection.endpoint()))
                            .timeout(timeout)
                            .header("Content-Type", "application/json")
                            .header("Authorization", "Bearer " + connection.secrets().getOrDefault("API_KEY", ""))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                            .build();
        } catch (IllegalArgumentException e) {
            // Not the exception's own message: it may quote the header that has the key.
            throw new ProviderException(
                    "the connection '" + connection.name() + "' has an endpoint or a key that HTTP does not allow.", false, 0);
        }
        CompletableFuture<HttpResponse<byte[]>> reply =
                HTTP.sendAsync(
                        request,
                        head ->
                                head.statusCode() / 100 == 2
                                        ? LimitedBody.whole(largest)
                                        : LimitedBody.beginning(LARGEST_FRAME));
        try {
            // The request's own timeout covers only the wait for the headers; this one covers the body, too.
            return reply.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw transientFault(connection, "did not answer in time.");
        } catch (ExecutionException e) {
            throw broken(connection, e.getCause());
        } finally {
            reply.cancel(true);
        }
    }

    private static ProviderException broken(Connection connection, Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof LimitedBody.TooLargeException) {
                return fault(connection, "sent an answer that is not an embedding response: " + each.getMessage() + ".");
            }
        }
        if (cause instanceof HttpTimeoutException) {
            return transientFault(connection, "did not answer in time.");
        }
        return transientFault(
                connection, cause instanceof ConnectException ? "could not be reached." : "broke off the connection.");
    }

    private static ProviderException refused(Connection connection, HttpResponse<byte[]> response) {
        int status = response.statusCode();
        String message = "answered " + status + ": " + reason(connection, response.body());
        boolean worthRetrying = status == 429 || status == 408 || status >= 500;
        long retryAfter = 1000 * response.headers().firstValue("Retry-After").map(OpenAiEmbeddings::seconds).orElse(0L);
        return new ProviderException(described(connection, message), worthRetrying, retryAfter);
    }

    /** OpenAI's error message, else the beginning of the body; some providers quote the key, which is masked. */
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
            return 0; // a date (also allowed): use the default back-off
        }
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
