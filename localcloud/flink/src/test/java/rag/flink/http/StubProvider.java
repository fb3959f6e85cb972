package rag.flink.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import rag.flink.Json;

/** A provider that answers as it is told, and keeps what it was asked. */
public final class StubProvider implements AutoCloseable {

    /** What the next requests are answered with. */
    public int status = 200;

    public String answer;

    /** Instead of {@link #answer}, if not null. */
    public byte[] bytes;

    /** The answer's, if not null. */
    public String mediaType;

    private final List<Asked> asked = new ArrayList<>();
    private final HttpServer server;

    /** @param headers by any case of their names */
    public record Asked(String uri, Headers headers, JsonNode body) {}

    public StubProvider(String answer) throws IOException {
        this.answer = answer;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        JsonNode body = Json.parse(exchange.getRequestBody().readAllBytes());
        asked.add(new Asked(exchange.getRequestURI().toString(), exchange.getRequestHeaders(), body));
        byte[] written = bytes == null ? answer.getBytes(StandardCharsets.UTF_8) : bytes;
        if (mediaType != null) {
            exchange.getResponseHeaders().set("Content-Type", mediaType);
        }
        exchange.sendResponseHeaders(status, written.length);
        exchange.getResponseBody().write(written);
        exchange.close();
    }

    /** Its address, which ends without a slash. */
    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** All requests, the oldest first. */
    public List<Asked> asked() {
        return asked;
    }

    public Asked lastAsked() {
        return asked.get(asked.size() - 1);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
