package rag.connect.neo4j;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;
import org.neo4j.driver.Session;
import org.neo4j.driver.exceptions.AuthenticationException;
import org.neo4j.driver.exceptions.Neo4jException;
import org.neo4j.driver.exceptions.RetryableException;
import org.neo4j.driver.exceptions.SecurityException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches, one transaction each.
 *
 * <p>A database that is gone or restarts is waited for: Connect delivers the records again. What the database refuses is
 * looked for record by record and reported, so that one wrong record does not cost a batch.
 */
public final class Neo4jSinkTask extends SinkTask {

    private static final Logger LOG = LoggerFactory.getLogger(Neo4jSinkTask.class);
    private static final long RETRY_MILLISECONDS = 1000;

    private Neo4jSettings settings;
    private Map<String, String> queries;
    private Driver driver;

    @Override
    public String version() {
        return "1";
    }

    @Override
    public void start(Map<String, String> given) {
        settings = new Neo4jSettings(given);
        queries = settings.queries();
        driver = GraphDatabase.driver(settings.getString(Neo4jSettings.URI), settings.login(), settings.connection());
        try {
            driver.verifyConnectivity();
        } catch (Neo4jException e) {
            throw failure(e);
        }
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        Map<String, List<SinkRecord>> byTopic = new LinkedHashMap<>();
        for (SinkRecord record : records) {
            byTopic.computeIfAbsent(record.topic(), topic -> new ArrayList<>()).add(record);
        }
        byTopic.forEach(this::write);
    }

    @Override
    public void stop() {
        if (driver != null) {
            driver.close();
        }
    }

    private void write(String topic, List<SinkRecord> records) {
        String query = queries.get(topic);
        if (query == null) {
            throw new ConnectException(Neo4jSettings.STATEMENTS + " has no statement for the topic " + topic + ".");
        }
        for (int start = 0; start < records.size(); start += settings.batchSize()) {
            List<SinkRecord> batch = records.subList(start, Math.min(start + settings.batchSize(), records.size()));
            try {
                run(query, batch);
            } catch (Neo4jException e) {
                refused(query, batch, e);
            }
        }
    }

    private void run(String query, List<SinkRecord> records) {
        List<Map<String, Object>> events = new ArrayList<>(records.size());
        records.forEach(record -> events.add(CypherValues.message(record)));
        try (Session session = driver.session(settings.session())) {
            session.executeWriteWithoutResult(
                    transaction -> transaction.run(query, Map.of("events", events)).consume(), settings.transaction());
        }
    }

    private void refused(String query, List<SinkRecord> batch, Neo4jException error) {
        if (error instanceof RetryableException || error instanceof SecurityException) {
            throw failure(error);
        }
        ErrantRecordReporter reporter = context.errantRecordReporter();
        if (batch.size() == 1) {
            if (reporter == null) {
                throw failure(error);
            }
            reporter.report(batch.get(0), failure(error));
            return;
        }
        LOG.info("A batch of {} records is refused: they are written one by one.", batch.size());
        for (SinkRecord record : batch) {
            try {
                run(query, List.of(record));
            } catch (Neo4jException e) {
                refused(query, List.of(record), e);
            }
        }
    }

    /** The sentence for a user, without the driver's trace. */
    private ConnectException failure(Neo4jException error) {
        String where = "Neo4j at " + settings.getString(Neo4jSettings.URI);
        if (error instanceof RetryableException) {
            LOG.warn("{} does not take records now ({}); they are delivered again.", where, error.code());
            if (context != null) {
                context.timeout(RETRY_MILLISECONDS);
            }
            return new RetriableException(where + " cannot be reached: correct neo4j.uri, or start the server there.");
        }
        if (error instanceof AuthenticationException) {
            return new ConnectException(where + " refuses the login of " + settings.getString(Neo4jSettings.USERNAME)
                    + ": correct neo4j.authentication.basic.username and neo4j.authentication.basic.password.");
        }
        return new ConnectException(where + " refuses the record: " + error.getMessage());
    }
}
