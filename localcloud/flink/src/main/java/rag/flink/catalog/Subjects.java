package rag.flink.catalog;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import rag.flink.workspace.Environment;

/** The subjects of one topic: changed with a principal's rights, rolled back with those of this process. */
final class Subjects {

    private final SchemaRegistry registry;
    private final SchemaRegistry own;
    private final String key;
    private final String value;

    private Subjects(Environment environment, String principal, String topic) {
        this.registry = new SchemaRegistry(environment.registryUrl(), principal);
        this.own = new SchemaRegistry(environment.registryUrl());
        this.key = topic + "-key";
        this.value = topic + "-value";
    }

    /** Empty in an environment that has no Schema Registry yet. */
    static Optional<Subjects> of(Environment environment, String principal, String topic) {
        return Optional.ofNullable(environment.registryUrl()).map(url -> new Subjects(environment, principal, topic));
    }

    void register(NewTable wanted, Rollback rollback) {
        wanted.value().ifPresent(schema -> register(value, schema, rollback));
        wanted.key().ifPresent(schema -> register(key, schema, rollback));
    }

    private void register(String subject, SchemaRegistry.Registered schema, Rollback rollback) {
        Set<Integer> before = own.versions(subject);
        rollback.add(
                () ->
                        own.versions(subject).stream()
                                .filter(version -> !before.contains(version))
                                .forEach(version -> own.deleteVersion(subject, version)));
        registry.register(subject, schema);
    }

    /** Checks the right to delete before anything is deleted: a refusal after the first subject would be too late. */
    void requireDeletable() {
        existing().forEach(registry::requireDeletable);
    }

    /** Soft-deletes them: they can be recovered until {@link #purge}. */
    void delete(Rollback rollback) {
        for (String subject : existing()) {
            SchemaRegistry.Registered latest = own.latest(subject).orElseThrow();
            registry.delete(subject);
            rollback.add(() -> own.register(subject, latest));
        }
    }

    /** Hard-deletes the soft-deleted subjects, so that their names can be used for other schemas. */
    void purge() {
        List.of(value, key).forEach(registry::purge);
    }

    private List<String> existing() {
        return List.of(value, key).stream().filter(subject -> own.latest(subject).isPresent()).toList();
    }
}
