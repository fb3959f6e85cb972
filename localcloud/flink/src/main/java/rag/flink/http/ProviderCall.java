package rag.flink.http;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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

/**
 * One {@code POST} of JSON to a provider's HTTP API.
 *
 * @param url where to, within the connection's endpoint
 * @param headers with the login
 * @param largest how many bytes an answer may have
 * @param timeout for the whole answer
 */
public record ProviderCall(
        Connection connection, String url, Map<String, String> headers, byte[] body, int largest, Duration timeout) {

    // Shared by all statements: a client holds threads and pooled connections.
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();
    private static final int LONGEST_MESSAGE = 300;
    private static final int LARGEST_REFUSAL = 64 << 10;
    private static final List<String> REASONS =
            List.of("/error", "/error/message", "/error/root_cause/0/reason", "/error/reason", "/message");
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");

    /** @param mediaType as its header has it; empty without one */
    public record Answer(String mediaType, byte[] body) {}

    /** The body of the answer; {@link ProviderException} if there is none, or its status is no success. */
    public byte[] answer() throws ProviderException, InterruptedException {
        return typedAnswer().body();
    }

    /** As {@link #answer()}, where it may be something else than JSON. */
    public Answer typedAnswer() throws ProviderException, InterruptedException {
        HttpResponse<byte[]> response = send();
        if (response.statusCode() / 100 != 2) {
            throw refused(response);
        }
        return new Answer(response.headers().firstValue("Content-Type").orElse(""), response.body());
    }

    private HttpResponse<byte[]> send() throws ProviderException, InterruptedException {
        HttpRequest request;
        try {
            HttpRequest.Builder builder =
                    HttpRequest.newBuilder(URI.create(url)).timeout(timeout).header("Content-Type", "application/json");
            headers.forEach(builder::header);
            request = builder.POST(HttpRequest.BodyPublishers.ofByteArray(body)).build();
        } catch (IllegalArgumentException e) {
            // Not the exception's own message: it may quote the header that has the key.
            throw ProviderException.fault(
                    "the connection '" + connection.name() + "' has an endpoint or a key that HTTP does not allow.");
        }
        CompletableFuture<HttpResponse<byte[]>> reply =
                HTTP.sendAsync(
                        request,
                        head ->
                                head.statusCode() / 100 == 2
                                        ? LimitedBody.whole(largest)
                                        : LimitedBody.beginning(LARGEST_REFUSAL));
        try {
            // The request's own timeout covers only the wait for the headers; this one covers the body, too.
            return reply.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw ProviderException.transientFault(described("did not answer in time."));
        } catch (ExecutionException e) {
            throw broken(e.getCause());
        } finally {
            reply.cancel(true);
        }
    }

    private ProviderException broken(Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof LimitedBody.TooLargeException) {
                return unusable("is too large: " + each.getMessage() + ".");
            }
        }
        if (cause instanceof HttpTimeoutException) {
            return ProviderException.transientFault(described("did not answer in time."));
        }
        return ProviderException.transientFault(
                described(cause instanceof ConnectException ? "could not be reached." : "broke off the connection."));
    }

    /** @param why the rest of a sentence: {@code is not ...: ...} */
    public ProviderException unusable(String why) {
        return ProviderException.fault(described("sent an answer that " + why));
    }

    private ProviderException refused(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        long retryAfter = 1000 * response.headers().firstValue("Retry-After").map(ProviderCall::seconds).orElse(0L);
        String message = described("answered " + status + ": " + reason(response.body()));
        return ProviderException.answered(message, status, retryAfter);
    }

    /** The error message, else the beginning of the body; some providers quote the key, which is masked. */
    private String reason(byte[] answer) {
        String text = "";
        try {
            JsonNode parsed = Json.parse(answer);
            for (String place : REASONS) {
                JsonNode found = parsed.at(place);
                text = text.isBlank() && found.isTextual() ? found.asText() : text;
            }
        } catch (IllegalArgumentException e) {
            // not JSON
        }
        if (text.isBlank()) {
            text = new String(answer, 0, Math.min(answer.length, LONGEST_MESSAGE), StandardCharsets.UTF_8);
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

    private String described(String what) {
        return "the provider at " + connection.endpoint() + " " + what;
    }
}
