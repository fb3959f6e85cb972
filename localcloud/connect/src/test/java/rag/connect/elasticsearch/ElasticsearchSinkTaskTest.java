package rag.connect.elasticsearch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is sent for a record, and what each answer means: written, a dead letter, another attempt, or the task's end. */
class ElasticsearchSinkTaskTest {

    private static final Schema PRODUCT = SchemaBuilder.struct()
            .field("name", Schema.STRING_SCHEMA)
            .field("vector", SchemaBuilder.array(Schema.FLOAT32_SCHEMA).build())
            .build();
    private static final String WRITTEN = "{\"items\":[{\"index\":{\"status\":201}}]}";

    private final List<String> asked = new ArrayList<>();
    private final List<String> sent = new ArrayList<>();
    private final List<String> dead = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>(Map.of("auth.type", "API_KEY", "api.key.value", "the-key"));
    private HttpServer server;
    private int status = 200;
    private String answer = WRITTEN;
    private boolean hasDeadLetters = true;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean isBulk = exchange.getRequestURI().getPath().equals("/_bulk");
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            if (isBulk) {
                sent.add(body);
            }
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, isHead ? -1 : bytes.length);
            if (!isHead) {
                exchange.getResponseBody().write(bytes);
            }
            exchange.close();
        });
        server.start();
        settings.put("connection.url", "http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private ElasticsearchSinkTask task() {
        ElasticsearchSinkTask task = new ElasticsearchSinkTask();
        ErrantRecordReporter reporter = (record, error) -> {
            dead.add(error.getMessage());
            return CompletableFuture.completedFuture(null);
        };
        task.initialize((SinkTaskContext) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {SinkTaskContext.class},
                (proxy, method, arguments) ->
                        method.getName().equals("errantRecordReporter") && hasDeadLetters ? reporter : null));
        task.start(settings);
        return task;
    }

    private static SinkRecord record(Object key, Object value) {
        return new SinkRecord("Products", 2, null, key, value == null ? null : PRODUCT, value, 7);
    }

    private static Struct product() {
        return new Struct(PRODUCT).put("name", "hat").put("vector", List.of(0.5f, 1f));
    }

    private void put(Object key, Object value) {
        task().put(List.of(record(key, value)));
    }

    @Test
    void anInsertedDocumentHasTheOffsetAsItsVersion() {
        put(5, product());
        String[] lines = sent.get(0).split("\n");
        assertTrue(lines[0].contains("\"_id\":\"5\""), lines[0]);
        assertTrue(lines[0].contains("\"version\":7,\"version_type\":\"external\""), lines[0]);
        assertTrue(lines[0].contains("\"_index\":\"products\""), lines[0]); // its topic's name, in small letters
        assertEquals("{\"name\":\"hat\",\"vector\":[0.5,1.0]}", lines[1]);
        assertTrue(asked.get(0).startsWith("HEAD /products ApiKey the-key"), asked.get(0));
    }

    @Test
    void anUpdatedDocumentIsMadeIfItIsNotThere() {
        settings.putAll(Map.of("write.method", "UPSERT", "auto.create", "false", "topic.to.resource.mapping", "Products:shop"));
        answer = "{\"items\":[{\"update\":{\"status\":200}}]}";
        put("5", product());
        assertTrue(sent.get(0).startsWith("{\"update\":{\"_index\":\"shop\",\"_id\":\"5\""), sent.get(0));
        assertTrue(sent.get(0).endsWith("{\"doc\":{\"name\":\"hat\",\"vector\":[0.5,1.0]},\"doc_as_upsert\":true}\n"), sent.get(0));
        assertFalse(sent.get(0).contains("version"), sent.get(0));
    }

    @Test
    void withoutKeysTheRecordsPlaceIsTheId() {
        settings.put("key.ignore", "true");
        put(null, product());
        assertTrue(sent.get(0).contains("\"_id\":\"Products+2+7\""), sent.get(0));
        assertFalse(sent.get(0).contains("version"), sent.get(0));
    }

    @Test
    void aKeyThatIsNoIdIsADeadLetter() {
        for (Object key : new Object[] {null, "", 1.5, new byte[] {1}}) {
            put(key, product());
        }
        assertEquals(4, dead.size());
        assertTrue(dead.get(0).endsWith("it has none."), dead.get(0));
        assertTrue(sent.isEmpty());
    }

    @Test
    void aRecordWithoutValueIsLeftOutOrDeletesOrFails() {
        put("5", null);
        assertTrue(sent.isEmpty() && dead.isEmpty());
        settings.put("behavior.on.null.values", "delete");
        answer = "{\"items\":[{\"delete\":{\"status\":404}}]}";
        put("5", null);
        assertTrue(sent.get(0).startsWith("{\"delete\":{"), sent.get(0));
        assertTrue(dead.isEmpty(), dead.toString()); // it is gone already
        settings.put("behavior.on.null.values", "fail");
        put("5", null);
        assertEquals(List.of("The record has no value, and behavior.on.null.values is fail."), dead);
    }

    @Test
    void whatIsThereAlreadyIsWrittenAndWhatIsRefusedIsADeadLetter() {
        answer = "{\"items\":[{\"index\":{\"status\":409,\"error\":{\"reason\":\"version conflict\"}}}]}";
        put("5", product());
        assertTrue(dead.isEmpty(), dead.toString());
        answer = "{\"items\":[{\"index\":{\"status\":400,\"error\":{\"reason\":\"failed to parse\",\"caused_by\":"
                + "{\"reason\":\"has more dimensions than defined\"}}}}]}";
        put("5", product());
        assertEquals(List.of("Elasticsearch refuses the document: has more dimensions than defined"), dead);
        hasDeadLetters = false;
        assertThrows(DataException.class, () -> put("5", product()));
        settings.put("behavior.on.malformed.documents", "ignore");
        put("5", product());
    }

    @Test
    void anOutageIsTriedAgainAndAtLastTheTasksEnd() {
        ElasticsearchSinkTask task = task();
        List<SinkRecord> records = List.of(record("5", product()));
        task.put(records);
        answer = "{\"items\":[{\"index\":{\"status\":429,\"error\":{\"reason\":\"full\"}}}]}";
        assertThrows(RetriableException.class, () -> task.put(records));
        status = 503;
        for (int attempt = 2; attempt < 10; attempt++) {
            assertThrows(RetriableException.class, () -> task.put(records));
        }
        ConnectException end = assertThrows(ConnectException.class, () -> task.put(records));
        assertFalse(end instanceof RetriableException);
        assertTrue(end.getMessage().contains("answers 503"), end.getMessage());
        assertTrue(dead.isEmpty());
    }

    @Test
    void aMissingIndexIsWaitedForUnlessItIsToBeMade() {
        status = 404;
        settings.put("auto.create", "false");
        RetriableException waits = assertThrows(RetriableException.class, () -> put("5", product()));
        assertTrue(waits.getMessage().contains("has no index Products"), waits.getMessage());
        assertTrue(sent.isEmpty());
    }

    @Test
    void aRefusedLoginEndsTheTaskAndIsToldWhenTheSettingsAreChecked() {
        status = 401;
        ConnectException end = assertThrows(ConnectException.class, () -> put("5", product()));
        assertFalse(end instanceof RetriableException);
        assertTrue(end.getMessage().endsWith("refuses the login: correct api.key.value."), end.getMessage());
        assertTrue(errors().contains("refuses the login"), errors());
        server.stop(0);
        assertTrue(errors().contains("cannot be reached: correct connection.url"), errors());
        assertFalse(errors().contains("the-key"));
    }

    private String errors() {
        return new ElasticsearchSink().validate(settings).configValues().stream()
                .map(ConfigValue::errorMessages)
                .toList()
                .toString();
    }
}
