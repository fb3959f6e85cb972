package rag.flink.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import rag.flink.UserException;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

/** Topics and subjects of an environment, as one principal may see and change them. */
final class Topics {

    private static final long VISIBLE_WITHIN_MILLIS = 10_000;

    private final Environment environment;
    private final String principal;

    Topics(Environment environment, String principal) {
        this.environment = environment;
        this.principal = principal;
    }

    /** Names of the topics that are tables: without Confluent's internal ones. (Kafka's internal ones are never listed.) */
    List<String> list(Database database) {
        try {
            return KafkaClients.await(admin(database).listTopics().names()).stream()
                    .filter(name -> !name.startsWith("_confluent") && !name.equals("_schemas"))
                    .sorted()
                    .toList();
        } catch (ExecutionException e) {
            throw failed("list the topics of '" + database.name() + "'", e);
        }
    }

    /** The table of a topic. To the principal, a topic or schema that it may not see does not exist. */
    Optional<CatalogTable> find(
            Database database, String topic, Optional<CatalogEntries.Table> entry, boolean systemColumns) {
        try {
            return visible(database, topic, entry, systemColumns);
        } catch (SchemaRegistry.ForbiddenException e) {
            return Optional.empty();
        }
    }

    private Optional<CatalogTable> visible(
            Database database, String topic, Optional<CatalogEntries.Table> entry, boolean systemColumns) {
        Optional<Integer> partitions = partitions(database, topic);
        if (partitions.isEmpty()) {
            return Optional.empty();
        }
        boolean keyed = entry.isEmpty() || entry.get().isInferred() || !entry.get().keys().isEmpty();
        Topic found =
                new Topic(
                        topic,
                        partitions.get(),
                        configs(database, topic),
                        keyed ? schema(topic + "-key") : Optional.empty(),
                        schema(topic + "-value"));
        return Optional.of(TopicTables.tableOf(found, entry, systemColumns));
    }

    /** The latest schema of a subject; one that is not there is not forbidden either. */
    private Optional<SchemaRegistry.Registered> schema(String subject) {
        String url = environment.registryUrl();
        if (url == null) {
            return Optional.empty();
        }
        SchemaRegistry registry = new SchemaRegistry(url, principal);
        try {
            return registry.latest(subject).map(registry::selfContained);
        } catch (SchemaRegistry.ForbiddenException e) {
            if (new SchemaRegistry(url).latest(subject).isEmpty()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The settings of a topic. The cloud's catalog knows them, whether or not the statement's principal may read them. */
    private Map<String, String> configs(Database database, String topic) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Map<String, String> configs = new LinkedHashMap<>();
        try {
            KafkaClients.await(
                            KafkaClients.admin(database, KafkaClients.ADMIN).describeConfigs(List.of(resource)).all())
                    .get(resource)
                    .entries()
                    .forEach(entry -> configs.put(entry.name(), entry.value()));
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw failed("read the settings of the topic '" + topic + "'", e);
            }
        }
        return configs;
    }

    private Optional<Integer> partitions(Database database, String topic) {
        try {
            return Optional.of(
                    KafkaClients.await(admin(database).describeTopics(List.of(topic)).allTopicNames())
                            .get(topic)
                            .partitions()
                            .size());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException
                    || e.getCause() instanceof AuthorizationException
                    || e.getCause() instanceof InvalidTopicException) {
                return Optional.empty();
            }
            throw failed("look up the topic '" + topic + "'", e);
        }
    }

    /**
     * Creates topic and schemas, or neither.
     *
     * @return the rollback; empty if the topic exists already
     */
    Optional<Rollback> create(Database database, String topic, NewTable wanted) {
        Subjects subjects =
                Subjects.of(environment, principal, topic)
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                "The environment '" + environment.name()
                                                        + "' has no Schema Registry yet."));
        NewTopic request =
                new NewTopic(topic, Optional.of(wanted.partitions()), Optional.empty()).configs(wanted.topicConfigs());
        try {
            KafkaClients.await(admin(database).createTopics(List.of(request)).all());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return Optional.empty();
            }
            throw failed("create the topic '" + topic + "'", e);
        }
        Rollback rollback = new Rollback();
        rollback.add(() -> deleteTopic(KafkaClients.admin(database, KafkaClients.ADMIN), database, topic));
        try {
            subjects.register(wanted, rollback);
            awaitVisible(database, topic, true);
        } catch (RuntimeException e) {
            rollback.run();
            throw e;
        }
        return Optional.of(rollback);
    }

    /** Sets the settings that differ, and resets those that are no longer named to the broker's default. */
    void configure(Database database, String topic, Map<String, String> before, Map<String, String> wanted) {
        List<AlterConfigOp> changes = new ArrayList<>();
        wanted.forEach(
                (key, value) -> {
                    if (!value.equals(before.get(key))) {
                        changes.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET));
                    }
                });
        before.keySet().stream()
                .filter(key -> !wanted.containsKey(key))
                .forEach(key -> changes.add(new AlterConfigOp(new ConfigEntry(key, ""), AlterConfigOp.OpType.DELETE)));
        if (changes.isEmpty()) {
            return;
        }
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            KafkaClients.await(admin(database).incrementalAlterConfigs(Map.of(resource, changes)).all());
        } catch (ExecutionException e) {
            throw failed("change the topic '" + topic + "'", e);
        }
    }

    /** Deletes topic and schemas, or neither. */
    void delete(Database database, String topic) {
        requireDeletable(database, topic);
        Optional<Subjects> subjects = Subjects.of(environment, principal, topic);
        subjects.ifPresent(Subjects::requireDeletable);
        Rollback rollback = new Rollback();
        try {
            subjects.ifPresent(found -> found.delete(rollback));
            deleteTopic(admin(database), database, topic);
        } catch (RuntimeException e) {
            rollback.run();
            throw e;
        }
        subjects.ifPresent(Subjects::purge);
    }

    private void requireDeletable(Database database, String topic) {
        try {
            require(AclOperation.DELETE, database, topic, "delete the topic '" + topic + "'");
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw failed("delete the topic '" + topic + "'", e);
            }
        }
    }

    /** Refuses a dead letter queue that the principal may not write to, or that is gone. */
    void requireWritable(Database database, String letters, String table) {
        String what = "write to '" + letters + "', the dead letter queue of the table '" + table + "'";
        try {
            require(AclOperation.WRITE, database, letters, what);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new UserException(
                        "The dead letter queue '" + letters + "' is gone: write ALTER TABLE `" + table
                                + "` SET ('error-handling.mode' = 'log') to create it.",
                        e);
            }
            throw failed(what, e);
        }
    }

    private void require(AclOperation right, Database database, String topic, String what) throws ExecutionException {
        DescribeTopicsOptions withRights = new DescribeTopicsOptions().includeAuthorizedOperations(true);
        Set<AclOperation> allowed =
                KafkaClients.await(admin(database).describeTopics(List.of(topic), withRights).allTopicNames())
                        .get(topic)
                        .authorizedOperations();
        if (!allowed.contains(right)) {
            throw mayNot(what, null);
        }
    }

    private void deleteTopic(Admin admin, Database database, String topic) {
        try {
            KafkaClients.await(admin.deleteTopics(List.of(topic)).all());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw failed("delete the topic '" + topic + "'", e);
            }
        }
        awaitVisible(database, topic, false);
    }

    /** Waits until the broker knows the change: the controller answers earlier, and the next statement must see it. */
    private void awaitVisible(Database database, String topic, boolean wanted) {
        long deadline = System.currentTimeMillis() + VISIBLE_WITHIN_MILLIS;
        while (partitions(database, topic).isPresent() != wanted && System.currentTimeMillis() < deadline) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private Admin admin(Database database) {
        return KafkaClients.admin(database, principal);
    }

    private UserException failed(String what, ExecutionException e) {
        if (e.getCause() instanceof AuthorizationException) {
            return mayNot(what, e);
        }
        return new UserException("Could not " + what + ": " + e.getCause().getMessage(), e);
    }

    private UserException mayNot(String what, Throwable cause) {
        return new UserException("The principal '" + principal + "' may not " + what + ".", cause);
    }
}
