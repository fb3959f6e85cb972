package rag.flink.catalog;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import rag.flink.UserException;
import rag.flink.workspace.Database;

/** Kafka clients of this process: always on the internal listener, as the principal of the statement. */
public final class KafkaClients {

    /** Principal of cleanup after statements; a superuser of every broker. */
    public static final String ADMIN = "admin";

    private static final Pattern PRINCIPAL = Pattern.compile("[A-Za-z0-9_.@:-]+");
    private static final long TIMEOUT_SECONDS = 40;
    private static final String BOOTSTRAP = "bootstrap.servers";

    // An admin client costs threads and a login: they are shared by all statements of a principal.
    private static final Map<Key, Admin> ADMINS = new ConcurrentHashMap<>();

    private static final Map<Map<String, String>, Producer<byte[], byte[]>> PRODUCERS = new ConcurrentHashMap<>();

    private record Key(String bootstrap, String principal) {}

    private KafkaClients() {}

    /** Client settings for that database, without any secret. */
    public static Map<String, String> settings(Database database, String principal) {
        if (!PRINCIPAL.matcher(principal).matches()) {
            throw new UserException("'" + principal + "' is not a principal.");
        }
        if (database.bootstrap() == null) {
            throw new UserException("The Kafka cluster '" + database.name() + "' is not running.");
        }
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(BOOTSTRAP, database.bootstrap());
        settings.put("security.protocol", "SASL_PLAINTEXT");
        settings.put("sasl.mechanism", "PLAIN");
        settings.put(
                "sasl.jaas.config",
                InternalLoginModule.class.getName() + " required username=\"" + principal + "\";");
        return settings;
    }

    /** The shared admin client of that principal; it must not be closed. */
    public static Admin admin(Database database, String principal) {
        Map<String, String> settings = settings(database, principal);
        return ADMINS.computeIfAbsent(
                new Key(database.bootstrap(), principal),
                key -> {
                    Map<String, Object> config = new LinkedHashMap<>(settings);
                    config.put("default.api.timeout.ms", 30_000);
                    config.put("request.timeout.ms", 15_000);
                    return Admin.create(config);
                });
    }

    /** The shared producer with these settings, for single records; it must not be closed. */
    static Producer<byte[], byte[]> producer(Map<String, String> settings) {
        return PRODUCERS.computeIfAbsent(
                settings,
                key -> {
                    ByteArraySerializer bytes = new ByteArraySerializer();
                    return new KafkaProducer<>(new LinkedHashMap<>(key), bytes, bytes);
                });
    }

    /** Closes the clients of deleted brokers, which would otherwise retry to connect without end. */
    public static void retain(Set<String> bootstraps) {
        ADMINS.keySet().stream()
                .filter(key -> !bootstraps.contains(key.bootstrap()))
                .toList()
                .forEach(key -> ADMINS.remove(key).close(Duration.ZERO));
        PRODUCERS.keySet().stream()
                .filter(settings -> !bootstraps.contains(settings.get(BOOTSTRAP)))
                .toList()
                .forEach(settings -> PRODUCERS.remove(settings).close(Duration.ZERO));
    }

    /** The value of a future, or the exception that it failed with. */
    static <T> T await(KafkaFuture<T> future) throws ExecutionException {
        try {
            return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserException("The statement was stopped.", e);
        } catch (TimeoutException e) {
            throw new UserException("The Kafka cluster did not answer within " + TIMEOUT_SECONDS + " seconds.", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException) {
                throw new UserException("The Kafka cluster does not answer.", e);
            }
            if (e.getCause() instanceof AuthenticationException) {
                throw new UserException("The Kafka cluster refused the statement's principal.", e);
            }
            throw e;
        }
    }
}
