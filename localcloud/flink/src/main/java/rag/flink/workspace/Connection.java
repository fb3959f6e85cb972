package rag.flink.workspace;

import java.util.Map;

/** A named connection to an external service; {@code toString} leaves out its secrets. */
public record Connection(String name, String type, String endpoint, Map<String, String> secrets) {

    @Override
    public String toString() {
        return "Connection[" + name + ", " + type + ", " + endpoint + "]";
    }
}
