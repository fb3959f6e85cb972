package rag.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * The API keys of this cluster: {@code {"KEY": {"secret_sha256": "<hex>", "principal": "sa-..."}}}.
 *
 * <p>The file is replaced by a rename whenever a key is created or revoked. Each look-up costs one {@code stat}, so that a
 * change is effective at the next login, without a restart or a request to the broker.
 */
final class ApiKeys {

    /** One key: its owner and the hash of its secret. This process sees the secret itself only in a login. */
    record ApiKey(@JsonProperty("secret_sha256") String secretSha256, @JsonProperty("principal") String principal) {
    }

    /** One state of the file; a rename always changes its inode, even within a clock tick and at the same size. */
    private record Version(Object inode, FileTime modified, long size) {
    }

    private record Loaded(Version version, Map<String, ApiKey> keys) {
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static volatile Loaded loaded;

    private ApiKeys() {
    }

    /** The key of that name, or null if it does not exist or was revoked. */
    static ApiKey find(String name) {
        Path file = Path.of(Settings.API_KEYS_FILE);
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            Version version = new Version(found.fileKey(), found.lastModifiedTime(), found.size());
            Loaded current = loaded;
            if (current == null || !current.version.equals(version)) {
                current = new Loaded(version, JSON.readValue(file.toFile(), new TypeReference<>() { }));
                loaded = current;
            }
            return current.keys.get(name);
        } catch (IOException e) {
            throw new UncheckedIOException("The API keys could not be read from " + file, e);
        }
    }
}
