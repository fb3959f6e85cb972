package rag.flink.workspace;

import java.util.Map;

/**
 * A named connection to an external service; {@code toString} leaves out its secrets.
 *
 * @param comment {@code null} or empty without one
 */
public record Connection(String name, String type, String endpoint, Map<String, String> secrets, String comment) {

    public Connection(String name, String type, String endpoint, Map<String, String> secrets) {
        this(name, type, endpoint, secrets, "");
    }

    @Override
    public String toString() {
        return "Connection[" + name + ", " + type + ", " + endpoint + "]";
    }
}
