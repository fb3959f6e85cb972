package rag.connect.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Elasticsearch's HTTP API, as far as a sink needs it. Messages are sentences without secrets. */
final class Store {

    /** It cannot be used like this; the same call would fail again. */
    static final class RefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /** No answer, or one that says to try again. */
    static final class UnavailableException extends Exception {

        private static final long serialVersionUID = 1L;

        UnavailableException(String message) {
            super(message);
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_REASON = 200;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();
    private final SinkSettings settings;

    Store(SinkSettings settings) {
        this.settings = settings;
    }

    /** Whether it is there and lets this sink in. */
    void check() throws RefusedException, UnavailableException, InterruptedException {
        send("GET", "/", "");
    }

    /** Makes an index without a mapping of its own, unless there is one. */
    void createIndex(String index) throws RefusedException, UnavailableException, InterruptedException {
        if (send("HEAD", "/" + index, "").statusCode() == 404) {
            HttpResponse<String> made = send("PUT", "/" + index, "{}");
            if (made.statusCode() / 100 != 2 && !made.body().contains("resource_already_exists_exception")) {
                throw new RefusedException(described("refuses to make the index " + index + ": " + reason(made.body())));
            }
        }
    }

    /** The answers to the lines of a bulk request, one each, in their order. */
    JsonNode bulk(String lines) throws RefusedException, UnavailableException, InterruptedException {
        // Without require_alias and with auto-creation off, a missing index is an error of each document.
        HttpResponse<String> response = send("POST", "/_bulk", lines);
        if (response.statusCode() / 100 != 2) {
            throw new RefusedException(described("refuses a bulk request: " + reason(response.body())));
        }
        return parsed(response.body()).path("items");
    }

    boolean hasIndex(String index) throws RefusedException, UnavailableException, InterruptedException {
        return send("HEAD", "/" + index, "").statusCode() != 404;
    }

    private HttpResponse<String> send(String method, String path, String body)
            throws RefusedException, UnavailableException, InterruptedException {
        HttpRequest request;
        try {
            HttpRequest.Builder builder =
                    HttpRequest.newBuilder(URI.create(settings.url() + path))
                            .timeout(Duration.ofMillis(settings.timeoutMillis()))
                            .header("Content-Type", path.equals("/_bulk") ? "application/x-ndjson" : "application/json");
            String login = settings.authorization();
            if (!login.isEmpty()) {
                builder.header("Authorization", login);
            }
            request =
                    builder.method(
                                    method,
                                    body.isEmpty()
                                            ? HttpRequest.BodyPublishers.noBody()
                                            : HttpRequest.BodyPublishers.ofString(body))
                            .build();
        } catch (IllegalArgumentException e) { // its message may quote the header
            throw new RefusedException("The setting connection.url, or the login, is nothing that HTTP allows.");
        }
        HttpResponse<String> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UnavailableException(described("cannot be reached: correct connection.url, or start the server there"));
        }
        int status = response.statusCode();
        if (status == 401 || status == 403) {
            throw new RefusedException(described("refuses the login: correct " + loginSettings() + "."));
        }
        if (status == 429 || status >= 500) {
            throw new UnavailableException(described("answers " + status + ": " + reason(response.body())));
        }
        return response;
    }

    private String loginSettings() {
        return settings.getString("auth.type").equals("API_KEY")
                ? "api.key.value"
                : "auth.type, connection.username and connection.password";
    }

    /** The reason of an error, of a document's or of a whole request's. */
    static String reason(JsonNode error) {
        JsonNode cause = error;
        while (cause.path("caused_by").isObject()) {
            cause = cause.path("caused_by");
        }
        String said = (cause.isTextual() ? cause : cause.path("reason")).asText("no reason given");
        return said.length() > LONGEST_REASON ? said.substring(0, LONGEST_REASON) + "..." : said;
    }

    private static String reason(String body) {
        try {
            return reason(parsed(body).path("error"));
        } catch (UnavailableException e) {
            return "no reason given";
        }
    }

    private static JsonNode parsed(String body) throws UnavailableException {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new UnavailableException("The server at connection.url does not answer as Elasticsearch does");
        }
    }

    private String described(String what) {
        return "Elasticsearch at " + settings.url() + " " + what;
    }
}
