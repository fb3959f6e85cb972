package rag.flink.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rag.flink.Json;
import rag.flink.functions.InvocationOptions;
import rag.flink.workspace.Connection;

class BatcherTest {

    private static final InvocationOptions OPTIONS = new InvocationOptions(2, Duration.ofSeconds(30), 0);

    private final ConcurrentLinkedQueue<Integer> characters = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Integer> sizes = new ConcurrentLinkedQueue<>();
    private volatile long delayMillis;
    private final CountDownLatch open = new CountDownLatch(1);
    private HttpServer server;

    /** A provider with as many dimensions as its first input says, that is closed until {@link #open}. */
    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext(
                "/",
                exchange -> {
                    JsonNode input = Json.parse(exchange.getRequestBody().readAllBytes()).get("input");
                    int length = 0;
                    List<String> vectors = new ArrayList<>();
                    String vector = input.get(0).asText().startsWith("3") ? "[1,2,3]" : "[1,2]";
                    for (int i = 0; i < input.size(); i++) {
                        length += input.get(i).asText().length();
                        vectors.add("{\"index\":" + i + ",\"embedding\":" + vector + "}");
                    }
                    characters.add(length);
                    sizes.add(input.size());
                    try {
                        open.await(60, TimeUnit.SECONDS);
                        Thread.sleep(input.size() < Batcher.FIRST_BATCH ? 0 : delayMillis);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    byte[] answer = ("{\"data\":[" + String.join(",", vectors) + "]}").getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void stop() {
        open.countDown();
        server.stop(0);
    }

    private Connection connection() {
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/embeddings";
        return new Connection("c", "OPENAI", url, Map.of());
    }

    @Test
    void aBatchIsNoLargerThanAProviderTakesAndNoInputIsLost() throws Exception {
        String text = "x".repeat(Batcher.MOST_CHARACTERS / 4 - 1);
        try (Batcher batcher = new Batcher("m", "v", OPTIONS, this::connection)) {
            List<CompletableFuture<float[]>> vectors = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                vectors.add(batcher.embed(text));
            }
            open.countDown();
            for (CompletableFuture<float[]> vector : vectors) {
                assertArrayEquals(new float[] {1, 2}, vector.get(60, TimeUnit.SECONDS));
            }
        }
        assertEquals(40 * text.length(), characters.stream().mapToInt(Integer::intValue).sum());
        assertTrue(characters.stream().allMatch(length -> length <= Batcher.MOST_CHARACTERS), characters.toString());
        assertTrue(characters.size() < 40, "nothing was batched");
    }

    @Test
    void batchesGrowWhileAProviderAnswersQuickly() throws Exception {
        assertEquals(Batcher.LARGEST_BATCH, largestOf(4 * Batcher.LARGEST_BATCH));
    }

    @Test
    void batchesOfASlowProviderStaySmall() throws Exception {
        delayMillis = 1_100;
        assertEquals(Batcher.FIRST_BATCH, largestOf(4 * Batcher.FIRST_BATCH));
    }

    /** The size of the largest request for so many inputs that wait together. */
    private int largestOf(int inputs) throws Exception {
        try (Batcher batcher = new Batcher("m", "v", OPTIONS, this::connection)) {
            List<CompletableFuture<float[]>> vectors = new ArrayList<>();
            for (int i = 0; i < inputs; i++) {
                vectors.add(batcher.embed("x"));
            }
            open.countDown();
            for (CompletableFuture<float[]> vector : vectors) {
                assertArrayEquals(new float[] {1, 2}, vector.get(60, TimeUnit.SECONDS));
            }
        }
        assertEquals(inputs, sizes.stream().mapToInt(Integer::intValue).sum());
        return sizes.stream().mapToInt(Integer::intValue).max().orElseThrow();
    }

    @Test
    void vectorsOfAnotherSizeThanTheFirstOneEndTheStatement() throws Exception {
        open.countDown();
        try (Batcher batcher = new Batcher("m", "v", OPTIONS, this::connection)) {
            batcher.embed("2").get(60, TimeUnit.SECONDS);
            CompletableFuture<float[]> other = batcher.embed("3");
            Throwable why = assertThrows(ExecutionException.class, () -> other.get(60, TimeUnit.SECONDS)).getCause();
            assertEquals(ModelException.class, why.getClass());
            assertEquals("Model 'm': the provider sent vectors of 3 dimensions after others of 2.", why.getMessage());
        }
    }

    @Test
    void anErrorOfTheMachineIsToldAndTheNextInputIsTaken() throws Exception {
        open.countDown();
        List<Error> thrown = new ArrayList<>(List.of(new OutOfMemoryError("test"), new StackOverflowError("test")));
        Supplier<Connection> connection =
                () -> {
                    synchronized (thrown) {
                        if (!thrown.isEmpty()) {
                            throw thrown.remove(0);
                        }
                    }
                    return connection();
                };
        try (Batcher batcher = new Batcher("m", "v", OPTIONS, connection)) {
            for (int i = 0; i < 2; i++) { // once for each of its threads
                CompletableFuture<float[]> lost = batcher.embed("2");
                assertThrows(ExecutionException.class, () -> lost.get(60, TimeUnit.SECONDS));
            }
            assertArrayEquals(new float[] {1, 2}, batcher.embed("2").get(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void aTransientFailureIsRepeatedAsOftenAsTheOptionsSay() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        Supplier<Connection> nowhere =
                () -> {
                    attempts.incrementAndGet();
                    return new Connection("c", "OPENAI", "http://127.0.0.1:1/v1/embeddings", Map.of());
                };
        InvocationOptions once = new InvocationOptions(1, Duration.ofSeconds(30), 1);
        try (Batcher batcher = new Batcher("m", "v", once, nowhere)) {
            CompletableFuture<float[]> lost = batcher.embed("2");
            assertThrows(ExecutionException.class, () -> lost.get(60, TimeUnit.SECONDS));
        }
        assertEquals(2, attempts.get());
    }

    @Test
    void asManyRequestsAreUnderWayAsTheOptionsSay() throws Exception {
        try (Batcher batcher = new Batcher("m", "v", new InvocationOptions(3, Duration.ofSeconds(60), 0), this::connection)) {
            List<CompletableFuture<float[]>> vectors = new ArrayList<>();
            for (int i = 0; i < 3; i++) { // one after the other, so that each finds a sender that waits
                vectors.add(batcher.embed("2"));
                int sent = i + 1;
                while (characters.size() < sent) {
                    Thread.sleep(5);
                }
            }
            vectors.add(batcher.embed("2"));
            vectors.add(batcher.embed("2"));
            open.countDown();
            for (CompletableFuture<float[]> vector : vectors) {
                vector.get(60, TimeUnit.SECONDS);
            }
        }
        assertEquals(5, characters.stream().mapToInt(Integer::intValue).sum());
        assertTrue(characters.size() >= 4, "the last two waited for a sender");
    }
}
