package rag.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateServerTest {

    private static final String TOKEN = "secret";

    @TempDir
    private Path folder;

    private final List<String> asked = new ArrayList<>();
    private PrivateServer server;

    /** Answers with the body that it was sent. */
    private final class Echo implements PrivateServer.Service {

        @Override
        public byte[] answer(HttpExchange exchange, byte[] body) throws IOException {
            String path = exchange.getRequestURI().getPath();
            asked.add(path);
            if (path.equals("/missing")) {
                throw new NoSuchElementException("nothing there");
            }
            if (path.equals("/broken")) {
                throw new IOException("broken");
            }
            return body;
        }

        @Override
        public byte[] error(String message) {
            return message.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public PrivateServer.Reply failed(HttpExchange exchange, Exception failure) {
            return new PrivateServer.Reply(500, error(failure.getMessage()));
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = new PrivateServer(TOKEN, folder.resolve("port"), new Echo());
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private String put(String path, String token) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + Files.readString(folder.resolve("port")) + path);
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Authorization", "Bearer " + token)
                .PUT(HttpRequest.BodyPublishers.ofString("hello"))
                .build();
        HttpResponse<String> reply = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        return reply.statusCode() + " " + reply.body();
    }

    @Test
    void whoeverHasTheTokenIsAnswered() throws Exception {
        assertEquals("200 hello", put("/", TOKEN));
        assertEquals("404 nothing there", put("/missing", TOKEN));
        assertEquals("500 broken", put("/broken", TOKEN));
    }

    @Test
    void repliesDoNotWaitForAcknowledgements() {
        assertEquals("true", System.getProperty("sun.net.httpserver.nodelay"));
    }

    @Test
    void nobodyElseReachesTheService() throws Exception {
        assertEquals("401 The token is missing or wrong.", put("/", "another"));
        assertEquals("401 The token is missing or wrong.", put("/", ""));
        assertEquals(List.of(), asked);
    }
}
