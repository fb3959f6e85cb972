package rag.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;

/** The Schema Registry, asked with the rights of whom the connector runs as. */
final class SchemaRegistry {

    /** A schema and its type: {@code AVRO}, {@code JSON} or {@code PROTOBUF}. */
    record Registered(String type, String schema) {}

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String url;
    private final String authorization;

    SchemaRegistry(String url, String user, String password) {
        this.url = url;
        String credentials = user + ":" + password;
        this.authorization =
                "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The schema of that id.
     *
     * @throws DataException if there is none
     * @throws RetriableException if the registry does not answer now
     * @throws MissingRightError if it refuses
     */
    Registered byId(int id) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/schemas/ids/" + id))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", authorization)
                .build();
        HttpResponse<byte[]> response;
        try {
            response = HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new RetriableException("The Schema Registry does not answer.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectException("The connector was stopped.", e);
        }
        int status = response.statusCode();
        if (status == 404) {
            throw new DataException("The Schema Registry has no schema with the record's id " + id + ".");
        }
        if (status == 401 || status == 403) {
            throw new MissingRightError("Schema Registry: the connector may not read schema " + id + ".");
        }
        if (status != 200) {
            throw new RetriableException("The Schema Registry answers with status " + status + ".");
        }
        try {
            JsonNode found = JSON.readTree(response.body());
            return new Registered(found.path("schemaType").asText("AVRO"), found.path("schema").asText());
        } catch (IOException e) {
            throw new RetriableException("The Schema Registry's answer cannot be read.", e);
        }
    }
}
