package rag.connect.neo4j;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.neo4j.driver.AuthToken;
import org.neo4j.driver.AuthTokens;
import org.neo4j.driver.Config;
import org.neo4j.driver.SessionConfig;
import org.neo4j.driver.TransactionConfig;

/** The settings of a sink: the managed class's keys. */
final class Neo4jSettings extends AbstractConfig {

    static final String URI = "neo4j.uri";
    static final String USERNAME = "neo4j.authentication.basic.username";
    static final String TIMEOUT = "neo4j.batch-timeout";
    static final String STATEMENTS = "neo4j.cypher.topic.map";
    private static final String AUTHENTICATION = "neo4j.authentication.type";
    private static final String PASSWORD = "neo4j.authentication.basic.password";
    private static final String REALM = "neo4j.authentication.basic.realm";
    private static final String DATABASE = "neo4j.database";
    private static final String ENCRYPTED = "neo4j.security.encrypted";
    private static final String TRUST = "neo4j.security.trust-strategy";
    private static final String VERIFIES_HOST = "neo4j.security.hostname-verification-enabled";
    private static final String BATCH_SIZE = "neo4j.batch-size";
    private static final String BIND = "neo4j.cypher.bind-";
    private static final String TRUST_SYSTEM = "TRUST_SYSTEM_CA_SIGNED_CERTIFICATES";

    static final ConfigDef DEFINITION = new ConfigDef()
            .define(URI, Type.STRING, Importance.HIGH, "Address")
            .define(AUTHENTICATION, Type.STRING, "BASIC", Importance.HIGH, "BASIC or NONE")
            .define(USERNAME, Type.STRING, "", Importance.HIGH, "User")
            .define(PASSWORD, Type.PASSWORD, "", Importance.HIGH, "Password")
            .define(REALM, Type.STRING, null, Importance.LOW, "Realm")
            .define(DATABASE, Type.STRING, "", Importance.HIGH, "Database, else the user's own")
            .define(ENCRYPTED, Type.BOOLEAN, false, Importance.LOW, "Whether bolt:// and neo4j:// are encrypted")
            .define(TRUST, Type.STRING, TRUST_SYSTEM, Importance.LOW, "Certificates that are trusted")
            .define(VERIFIES_HOST, Type.BOOLEAN, true, Importance.LOW, "Whether a certificate names the host")
            .define(BATCH_SIZE, Type.INT, 1000, Importance.MEDIUM, "Records of a transaction, at most")
            .define(TIMEOUT, Type.STRING, "0s", Importance.MEDIUM, "Time of a transaction; 0: the database's own")
            .define(STATEMENTS, Type.STRING, "{}", Importance.HIGH, "Topic -> Cypher statement")
            .define(BIND + "timestamp-as", Type.STRING, "__timestamp", Importance.MEDIUM, "Name of the timestamp")
            .define(BIND + "header-as", Type.STRING, "__header", Importance.MEDIUM, "Name of the headers")
            .define(BIND + "key-as", Type.STRING, "__key", Importance.MEDIUM, "Name of the key")
            .define(BIND + "value-as", Type.STRING, "__value", Importance.MEDIUM, "Name of the value")
            .define(BIND + "value-as-event", Type.BOOLEAN, true, Importance.MEDIUM, "Whether it is event, too");

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)?");
    private static final ObjectMapper JSON = new ObjectMapper();

    Neo4jSettings(Map<String, String> given) {
        super(DEFINITION, given, false);
    }

    AuthToken login() {
        return getString(AUTHENTICATION).equals("NONE")
                ? AuthTokens.none()
                : AuthTokens.basic(getString(USERNAME), getPassword(PASSWORD).value(), getString(REALM));
    }

    /** How the driver connects. An address that ends in {@code +s} has its encryption said by that. */
    Config connection() {
        Config.ConfigBuilder builder = Config.builder()
                .withUserAgent("localcloud-connect/1")
                .withMaxTransactionRetryTime(10, TimeUnit.SECONDS);
        if (!getString(URI).contains("+s") && getBoolean(ENCRYPTED)) {
            Config.TrustStrategy trust = getString(TRUST).equals(TRUST_SYSTEM)
                    ? Config.TrustStrategy.trustSystemCertificates()
                    : Config.TrustStrategy.trustAllCertificates();
            trust = getBoolean(VERIFIES_HOST) ? trust.withHostnameVerification() : trust.withoutHostnameVerification();
            builder.withEncryption().withTrustStrategy(trust);
        }
        return builder.build();
    }

    SessionConfig session() {
        String database = getString(DATABASE);
        return database.isEmpty() ? SessionConfig.defaultConfig() : SessionConfig.forDatabase(database);
    }

    TransactionConfig transaction() {
        Duration timeout = duration(getString(TIMEOUT));
        return timeout.isZero()
                ? TransactionConfig.empty()
                : TransactionConfig.builder().withTimeout(timeout).build();
    }

    int batchSize() {
        return getInt(BATCH_SIZE);
    }

    /** Topic -> what is sent to the database with the records of a batch as {@code $events}. */
    Map<String, String> queries() {
        Map<String, String> statements;
        try {
            statements = JSON.readValue(getString(STATEMENTS), new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new ConfigException(STATEMENTS + " is no JSON object of topics and Cypher statements.");
        }
        statements.replaceAll((topic, statement) -> query(statement));
        return statements;
    }

    private String query(String statement) {
        StringBuilder names = new StringBuilder();
        for (String part : new String[] {"timestamp", "header", "key", "value"}) {
            String name = getString(BIND + part + "-as");
            if (!name.isEmpty()) {
                names.append(", message.").append(part).append(" AS `").append(name.replace("`", "``")).append('`');
            }
        }
        String event = getBoolean(BIND + "value-as-event") ? ", message.value AS event" : "";
        return "UNWIND $events AS message WITH message" + event + names + " CALL (*) { " + statement + " }";
    }

    static Duration duration(String text) {
        Matcher match = DURATION.matcher(text.trim());
        if (!match.matches()) {
            throw new ConfigException(TIMEOUT + " is no time: write a number and ms, s, m, h or d.");
        }
        long number = Long.parseLong(match.group(1));
        return switch (match.group(2) == null ? "s" : match.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            default -> Duration.ofSeconds(number);
        };
    }
}
