package rag.flink.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rag.flink.workspace.Connection;

class OpenAiEmbeddingsTest {

    private HttpServer server;
    private int status = 200;
    private String body = "";

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    byte[] answer = body.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(status, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private Connection connection() {
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/embeddings";
        return new Connection("c", "OPENAI", url, Map.of("API_KEY", "sk-secret"));
    }

    private ProviderException failure() {
        return assertThrows(
                ProviderException.class, () -> OpenAiEmbeddings.embed(connection(), "m", List.of("one", "two")));
    }

    @Test
    void base64AndNumbersAreReadInTheOrderOfTheirIndexes() throws Exception {
        body = "{\"data\":[{\"index\":1,\"embedding\":[0.5,2]},{\"index\":0,\"embedding\":\"AACAPwAAAMA=\"}]}";
        List<float[]> vectors = OpenAiEmbeddings.embed(connection(), "m", List.of("one", "two"));
        assertArrayEquals(new float[] {1f, -2f}, vectors.get(0));
        assertArrayEquals(new float[] {0.5f, 2f}, vectors.get(1));
    }

    @Test
    void aRefusalIsPermanentAndHidesTheKey() {
        status = 401;
        body = "{\"error\":{\"message\":\"Incorrect API key provided:\\n sk-secret.\"}}";
        ProviderException failure = failure();
        assertFalse(failure.isTransient());
        assertEquals(
                "the provider at " + connection().endpoint() + " answered 401: Incorrect API key provided: ***.",
                failure.getMessage());
    }

    @Test
    void overloadAndOutageMayPass() {
        for (int code : new int[] {408, 429, 500, 503}) {
            status = code;
            assertTrue(failure().isTransient(), Integer.toString(code));
        }
        server.stop(0);
        assertTrue(failure().isTransient());
    }

    @Test
    void anAnswerThatIsNoEmbeddingIsTold() {
        for (String answer : List.of("<html>", "{}", "{\"data\":[{\"embedding\":[1]}]}", "[]")) {
            body = answer;
            assertTrue(failure().getMessage().contains("not an embedding response"), answer);
            assertFalse(failure().isTransient());
        }
    }
}
