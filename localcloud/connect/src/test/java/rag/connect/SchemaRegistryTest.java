package rag.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each answer means for a record: a dead letter, another attempt, or the task's end. */
class SchemaRegistryTest {

    private final List<String> asked = new ArrayList<>();
    private HttpServer server;
    private SchemaRegistry registry;
    private int status = 200;
    private String body = "{\"schema\": \"{}\", \"schemaType\": \"JSON\"}";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI() + " " + exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] answer = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        registry = new SchemaRegistry("http://127.0.0.1:" + server.getAddress().getPort() + "/sr", "sa-1", "token");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void itAsksAsThePrincipal() {
        assertEquals(new SchemaRegistry.Registered("JSON", "{}"), registry.byId(7));
        String login = Base64.getEncoder().encodeToString("sa-1:token".getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("/sr/schemas/ids/7 Basic " + login), asked);
        body = "{\"schema\": \"{}\"}";
        assertEquals("AVRO", registry.byId(7).type());
    }

    @Test
    void anUnknownSchemaIsTheRecordsFault() {
        status = 404;
        assertThrows(DataException.class, () -> registry.byId(7));
    }

    @Test
    void aMissingRightEndsTheTaskInsteadOfEmptyingTheTopicIntoTheDeadLetters() {
        status = 403;
        MissingRightError refused = assertThrows(MissingRightError.class, () -> registry.byId(7));
        assertEquals("Schema Registry: the connector may not read schema 7.", refused.getMessage());
    }

    @Test
    void aRegistryThatIsDownIsAskedAgain() {
        status = 503;
        assertThrows(RetriableException.class, () -> registry.byId(7));
        server.stop(0);
        assertThrows(RetriableException.class, () -> registry.byId(7));
    }
}
