package rag.flink.workspace;

import java.util.List;
import java.util.Optional;

/**
 * Environments, databases, connections and the internal token, as the control plane sent them last.
 *
 * <p>One per process and static, because operators of a running job look up their secrets here. So no secret is serialized
 * into a job graph, and none is stale after a key was rotated.
 */
public final class Workspace {

    private static volatile Workspace current = new Workspace("", List.of());

    private final String internalToken;
    private final List<Environment> environments;

    public Workspace(String internalToken, List<Environment> environments) {
        this.internalToken = internalToken;
        this.environments = List.copyOf(environments);
    }

    public static Workspace current() {
        return current;
    }

    public static void replace(Workspace workspace) {
        current = workspace;
    }

    /** The password of the brokers' internal listeners and of the registry's internal user. */
    public String internalToken() {
        return internalToken;
    }

    public List<Environment> environments() {
        return environments;
    }

    /** The environment with that id, else the one with that display name. */
    public Optional<Environment> environment(String idOrName) {
        return environments.stream()
                .filter(environment -> environment.id().equals(idOrName))
                .findFirst()
                .or(() -> environments.stream().filter(candidate -> candidate.name().equals(idOrName)).findFirst());
    }
}
