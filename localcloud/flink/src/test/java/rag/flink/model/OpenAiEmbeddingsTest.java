package rag.flink.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rag.flink.http.ProviderException;
import rag.flink.http.StubProvider;
import rag.flink.workspace.Connection;

class OpenAiEmbeddingsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private StubProvider stub;

    @BeforeEach
    void serve() throws IOException {
        stub = new StubProvider("");
    }

    @AfterEach
    void stop() {
        stub.close();
    }

    private Connection connection() {
        return new Connection("c", "OPENAI", stub.endpoint() + "/v1/embeddings", Map.of("API_KEY", "sk-secret"));
    }

    private ProviderException failure() {
        return assertThrows(
                ProviderException.class, () -> OpenAiEmbeddings.embed(connection(), "m", List.of("one", "two"), TIMEOUT));
    }

    @Test
    void base64AndNumbersAreReadInTheOrderOfTheirIndexes() throws Exception {
        stub.answer = "{\"data\":[{\"index\":1,\"embedding\":[0.5,2]},{\"index\":0,\"embedding\":\"AACAPwAAAMA=\"}]}";
        List<float[]> vectors = OpenAiEmbeddings.embed(connection(), "m", List.of("one", "two"), TIMEOUT);
        assertArrayEquals(new float[] {1f, -2f}, vectors.get(0));
        assertArrayEquals(new float[] {0.5f, 2f}, vectors.get(1));
    }

    private void answerFloats(float... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        stub.bytes = bytes.array();
        stub.mediaType = EmbeddingReply.FLOATS;
    }

    @Test
    void aServerMayAnswerWithPlainFloats() throws Exception {
        answerFloats(1f, -2f, 0.5f, 0.1f);
        List<float[]> vectors = OpenAiEmbeddings.embed(connection(), "m", List.of("one", "two"), TIMEOUT);
        assertArrayEquals(new float[] {1f, -2f}, vectors.get(0));
        assertArrayEquals(new float[] {0.5f, 0.1f}, vectors.get(1));
        assertEquals(
                "application/vnd.confluent-rag.float32, application/json;q=0.9",
                stub.lastAsked().headers().getFirst("Accept"));
        assertEquals("base64", stub.lastAsked().body().get("encoding_format").asText());
    }

    @Test
    void plainFloatsThatAreNoVectorsAreTold() {
        for (float[] wrong : new float[][] {{}, {1f, 2f, 3f}, {1f, Float.NaN}, {Float.POSITIVE_INFINITY, 0f}}) {
            answerFloats(wrong);
            String message = failure().getMessage();
            assertTrue(
                    message.contains(wrong.length == 2 ? "finite numbers" : wrong.length * 4 + " bytes of floats for 2"),
                    message);
        }
    }

    @Test
    void aRefusalIsPermanentAndHidesTheKey() {
        stub.status = 401;
        stub.answer = "{\"error\":{\"message\":\"Incorrect API key provided:\\n sk-secret.\"}}";
        ProviderException failure = failure();
        assertFalse(failure.isTransient());
        assertEquals(
                "the provider at " + connection().endpoint() + " answered 401: Incorrect API key provided: ***.",
                failure.getMessage());
    }

    @Test
    void overloadAndOutageMayPass() {
        for (int code : new int[] {408, 429, 500, 503}) {
            stub.status = code;
            assertTrue(failure().isTransient(), Integer.toString(code));
        }
        stub.close();
        assertTrue(failure().isTransient());
    }

    @Test
    void anAnswerThatIsNoEmbeddingIsTold() {
        for (String answer : List.of("<html>", "{}", "{\"data\":[{\"embedding\":[1]}]}", "[]")) {
            stub.answer = answer;
            assertTrue(failure().getMessage().contains("not an embedding response"), answer);
            assertFalse(failure().isTransient());
        }
    }

    @Test
    void aVectorIsOfFiniteNumbersAndAsLongAsTheOthers() {
        String one = "{\"index\":0,\"embedding\":[1,2]},{\"index\":1,\"embedding\":";
        Map<String, String> wrong =
                Map.of(
                        "[1,null]", "finite numbers",
                        "[1,\"2\"]", "finite numbers",
                        "[1,1e999999]", "finite numbers",
                        "\"AACAfwAAwH8=\"", "finite numbers",
                        "[1,NaN]", "not JSON",
                        "[1,2,3]", "of 2 and of 3 dimensions",
                        "\"AACAPw==\"", "of 2 and of 1 dimensions",
                        "\"AACAPwA=\"", "5 bytes",
                        "[]", "empty vector",
                        "null", "neither text nor a list");
        wrong.forEach(
                (embedding, why) -> {
                    stub.answer = "{\"data\":[" + one + embedding + "}]}";
                    ProviderException failure = failure();
                    assertTrue(failure.getMessage().contains(why), embedding + ": " + failure.getMessage());
                    assertFalse(failure.isTransient(), embedding);
                });
    }

    @Test
    void anAnswerThatIsNestedWithoutEndIsTold() {
        stub.answer = "{\"data\":" + "[".repeat(200_000);
        assertTrue(failure().getMessage().contains("not an embedding response"));
    }

    @Test
    void aRedirectIsARefusal() {
        stub.status = 302;
        assertTrue(failure().getMessage().contains("answered 302"));
        assertFalse(failure().isTransient());
    }

    @Test
    void anAnswerWithoutEndIsReadUpToALimit() throws Exception {
        try (HostileProvider provider = new HostileProvider("200 OK", new byte[64 << 10], 0)) {
            ProviderException failure =
                    assertThrows(
                            ProviderException.class,
                            () -> OpenAiEmbeddings.embed(provider.connection(), "m", List.of("one", "two"), TIMEOUT));
            assertTrue(failure.getMessage().contains("it has more than 327680 bytes"), failure.getMessage());
            assertFalse(failure.isTransient());
            // The rest is what sockets and the client hold on the way.
            assertTrue(provider.written() < 32 << 20, provider.written() + " bytes were read");
        }
    }

    @Test
    void aRefusalWithoutEndIsReadUpToALimitAndKeepsItsStatus() throws Exception {
        try (HostileProvider provider = new HostileProvider("503 Busy", "not now ".repeat(8192).getBytes(), 0)) {
            ProviderException failure =
                    assertThrows(
                            ProviderException.class,
                            () -> OpenAiEmbeddings.embed(provider.connection(), "m", List.of("one"), TIMEOUT));
            assertTrue(failure.getMessage().contains("answered 503: not now not now"), failure.getMessage());
            assertTrue(failure.isTransient());
            assertTrue(provider.written() < 32 << 20, provider.written() + " bytes were read");
        }
    }

    @Test
    void anAnswerThatTricklesHasOneTimeForHeadersAndBody() throws Exception {
        try (HostileProvider provider = new HostileProvider("200 OK", new byte[] {' '}, 20)) {
            ProviderException failure =
                    assertThrows(
                            ProviderException.class,
                            () ->
                                    OpenAiEmbeddings.embed(
                                            provider.connection(), "m", List.of("one"), Duration.ofSeconds(1)));
            assertTrue(failure.getMessage().contains("did not answer in time"), failure.getMessage());
            assertTrue(failure.isTransient());
            provider.awaitEnd(); // the connection was closed, not left to itself
        }
    }
}
