package rag.flink.catalog;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import rag.flink.Json;
import rag.flink.UserException;
import rag.flink.format.AvroSchemas;
import rag.flink.format.JsonSchemas;
import rag.flink.workspace.Workspace;

/** The Schema Registry of one environment, by Confluent's REST API, as this process or with a principal's rights. */
public final class SchemaRegistry {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();
    private static final Map<String, Map<Integer, String>> BY_ID = new ConcurrentHashMap<>();

    private static final String PERMANENT = "?permanent=true";

    private final String url;
    private final String principal;

    /** The principal lacks the right to a subject. */
    public static final class ForbiddenException extends UserException {

        private static final long serialVersionUID = 1L;

        ForbiddenException(String message) {
            super(message);
        }
    }

    /** No schema has that id. */
    public static final class UnknownIdException extends UserException {

        private static final long serialVersionUID = 1L;

        UnknownIdException(int id) {
            super("No schema has the id " + id + ".");
        }
    }

    /**
     * A registered schema; {@code type} is {@code AVRO}, {@code JSON} or {@code PROTOBUF}.
     *
     * @param references the schemas that it refers to
     */
    public record Registered(int id, String type, String schema, List<Reference> references) {

        public Registered(int id, String type, String schema) {
            this(id, type, schema, List.of());
        }
    }

    /** A version of a subject, by the name by which a schema refers to it. */
    public record Reference(String name, String subject, int version) {}

    /** A client with the rights of this process, which may read everything. */
    public SchemaRegistry(String url) {
        this(url, "internal");
    }

    /** A client with the rights of a statement's principal. */
    public SchemaRegistry(String url, String principal) {
        this.url = url;
        this.principal = principal;
    }

    /** The latest version of that subject, if it has one. */
    public Optional<Registered> latest(String subject) {
        return call("GET", "/subjects/" + encode(subject) + "/versions/latest", null)
                .map(found -> registered(found.get("id").asInt(), found));
    }

    private static Registered registered(int id, JsonNode found) {
        List<Reference> references = new ArrayList<>();
        for (JsonNode one : found.path("references")) {
            references.add(
                    new Reference(
                            one.path("name").asText(), one.path("subject").asText(), one.path("version").asInt()));
        }
        String type = found.path("schemaType").asText("AVRO");
        return new Registered(id, type, found.get("schema").asText(), references);
    }

    /**
     * The same schema with all that it refers to in its text. Whoever may read a schema may read what it refers to, as
     * clients that read by id do.
     */
    public Registered selfContained(Registered schema) {
        if (schema.references().isEmpty()) {
            return schema;
        }
        Map<String, String> referenced = new LinkedHashMap<>();
        collect(schema, referenced);
        String text =
                schema.type().equals("AVRO")
                        ? AvroSchemas.selfContained(List.copyOf(referenced.values()), schema.schema())
                        : JsonSchemas.selfContained(referenced, schema.schema());
        return new Registered(schema.id(), schema.type(), text);
    }

    /** Adds what a schema refers to, each after what it refers to itself. */
    private void collect(Registered schema, Map<String, String> referenced) {
        for (Reference reference : schema.references()) {
            if (referenced.containsKey(reference.name())) {
                continue;
            }
            String path = "/subjects/" + encode(reference.subject()) + "/versions/" + reference.version();
            Registered other =
                    new SchemaRegistry(url)
                            .call("GET", path, null)
                            .map(found -> registered(found.get("id").asInt(), found))
                            .orElseThrow(
                                    () ->
                                            new UserException(
                                                    "The schema refers to version " + reference.version()
                                                            + " of the subject '" + reference.subject()
                                                            + "', which is gone."));
            collect(other, referenced);
            referenced.put(reference.name(), other.schema());
        }
    }

    /** Registers a schema unless it is registered already; returns its id. */
    int register(String subject, Registered schema) {
        Map<String, Object> body =
                Map.of("schemaType", schema.type(), "schema", schema.schema(), "references", schema.references());
        return call("POST", "/subjects/" + encode(subject) + "/versions", body)
                .orElseThrow(() -> new UserException("The Schema Registry at " + url + " is gone."))
                .get("id")
                .asInt();
    }

    /** Numbers of the versions of that subject, none if there is no such subject. */
    Set<Integer> versions(String subject) {
        Set<Integer> numbers = new TreeSet<>();
        call("GET", "/subjects/" + encode(subject) + "/versions", null)
                .ifPresent(found -> found.forEach(number -> numbers.add(number.asInt())));
        return numbers;
    }

    /** Soft-deletes a subject; {@link #purge} then hard-deletes it. */
    void delete(String subject) {
        call("DELETE", "/subjects/" + encode(subject), null);
    }

    void purge(String subject) {
        call("DELETE", "/subjects/" + encode(subject) + PERMANENT, null);
    }

    /** Hard-deletes one version. */
    void deleteVersion(String subject, int version) {
        String path = "/subjects/" + encode(subject) + "/versions/" + version;
        call("DELETE", path, null);
        call("DELETE", path + PERMANENT, null);
    }

    /** Checks the right to delete: requests the deletion of a version that no subject has, which changes nothing. */
    void requireDeletable(String subject) {
        call("DELETE", "/subjects/" + encode(subject) + "/versions/" + Integer.MAX_VALUE, null);
    }

    /** The text of the schema with that id, with all that it refers to; cached for ever, because schemas are immutable. */
    public String byId(int id) {
        return BY_ID.computeIfAbsent(url, key -> new ConcurrentHashMap<>())
                .computeIfAbsent(
                        id,
                        key ->
                                call("GET", "/schemas/ids/" + id, null)
                                        .map(found -> selfContained(registered(id, found)).schema())
                                        .orElseThrow(() -> new UnknownIdException(id)));
    }

    private Optional<JsonNode> call(String method, String path, Object body) {
        String credentials = principal + ":" + Workspace.current().internalToken();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + path))
                        .timeout(Duration.ofSeconds(30))
                        .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                        .header(
                                "Authorization",
                                "Basic "
                                        + Base64.getEncoder()
                                                .encodeToString(credentials.getBytes(StandardCharsets.UTF_8)))
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)))
                        .build();
        HttpResponse<byte[]> response;
        try {
            response = HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UserException("The Schema Registry at " + url + " does not answer.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserException("The statement was stopped.", e);
        }
        if (response.statusCode() == 404) {
            return Optional.empty();
        }
        if (response.statusCode() == 403) {
            throw new ForbiddenException(message(response.body()));
        }
        if (response.statusCode() / 100 != 2) {
            throw new UserException(
                    "The Schema Registry answered " + response.statusCode() + ": " + message(response.body()));
        }
        return Optional.of(Json.parse(response.body()));
    }

    private static String message(byte[] body) {
        try {
            return Json.parse(body).path("message").asText("(no message)");
        } catch (IllegalArgumentException e) {
            return "(no message)";
        }
    }

    private static String encode(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
