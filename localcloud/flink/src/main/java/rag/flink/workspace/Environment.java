package rag.flink.workspace;

import java.util.List;
import java.util.Optional;

/**
 * An environment as Flink sees it: a catalog.
 *
 * @param id Confluent's identifier ({@code env-...})
 * @param name its display name
 * @param registryUrl the Schema Registry of the environment, or {@code null} if it has none yet
 */
public record Environment(
        String id, String name, String registryUrl, List<Database> databases, List<Connection> connections) {

    /** The database with that id, else the one with that display name. */
    public Optional<Database> database(String idOrName) {
        return databases.stream()
                .filter(database -> database.id().equals(idOrName))
                .findFirst()
                .or(() -> databases.stream().filter(database -> database.name().equals(idOrName)).findFirst());
    }

    /** The connection with that name. */
    public Optional<Connection> connection(String connectionName) {
        return connections.stream().filter(connection -> connection.name().equals(connectionName)).findFirst();
    }
}
