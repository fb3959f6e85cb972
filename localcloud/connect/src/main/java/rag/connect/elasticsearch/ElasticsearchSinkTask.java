package rag.connect.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

/** Writes records with bulk requests. What was written before a failure is written again: ids make that no change. */
public final class ElasticsearchSinkTask extends SinkTask {

    private static final int MOST_ATTEMPTS = 10; // half a minute, then the connector says that it has failed
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 5000;
    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;

    /** A record, and its lines of the bulk request. */
    private record Line(SinkRecord record, String text) {}

    private final Set<String> known = new HashSet<>();
    private SinkSettings settings;
    private Documents documents;
    private Store store;
    private int attempts;

    @Override
    public String version() {
        return "1";
    }

    @Override
    public void start(Map<String, String> given) {
        settings = new SinkSettings(given);
        documents = new Documents(settings);
        store = new Store(settings);
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        List<Line> batch = new ArrayList<>();
        try {
            for (SinkRecord record : records) {
                Line line = line(record);
                if (line != null) {
                    batch.add(line);
                }
                if (batch.size() == settings.batch()) {
                    write(batch);
                    batch.clear();
                }
            }
            write(batch);
            attempts = 0;
        } catch (Store.RefusedException e) {
            throw new ConnectException(e.getMessage());
        } catch (Store.UnavailableException e) {
            throw unavailable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RetriableException("The connector is being stopped.");
        }
    }

    private Line line(SinkRecord record) {
        try {
            String text = documents.lines(record);
            return text == null ? null : new Line(record, text);
        } catch (DataException e) {
            refuse(record, e.getMessage());
            return null;
        }
    }

    private void write(List<Line> batch) throws Store.RefusedException, Store.UnavailableException, InterruptedException {
        if (batch.isEmpty()) {
            return;
        }
        StringBuilder body = new StringBuilder();
        for (Line line : batch) {
            requireIndex(settings.index(line.record().topic()));
            body.append(line.text());
        }
        JsonNode answers = store.bulk(body.toString());
        if (answers.size() != batch.size()) {
            throw new Store.UnavailableException("Elasticsearch has not answered for every document");
        }
        // Before any is told as refused: they are all written again.
        for (JsonNode answer : answers) {
            int status = answer.elements().next().path("status").asInt();
            if (status == 429 || status >= 500) {
                throw new Store.UnavailableException(
                        "Elasticsearch is busy: " + Store.reason(answer.elements().next().path("error")));
            }
        }
        for (int i = 0; i < batch.size(); i++) {
            judge(batch.get(i).record(), answers.get(i).fields().next());
        }
    }

    private void judge(SinkRecord record, Map.Entry<String, JsonNode> answer) {
        int status = answer.getValue().path("status").asInt();
        boolean isWritten = status / 100 == 2 || (status == NOT_FOUND && answer.getKey().equals("delete"));
        boolean isNewer = status == CONFLICT && !answer.getKey().equals("update"); // written before, or replaced since
        if (!isWritten && !isNewer) {
            refuse(record, "Elasticsearch refuses the document: " + Store.reason(answer.getValue().path("error")));
        }
    }

    /** An index that is made by the first document would have a mapping that nobody chose. */
    private void requireIndex(String index) throws Store.RefusedException, Store.UnavailableException, InterruptedException {
        if (known.contains(index)) {
            return;
        }
        if (settings.createsIndexes()) {
            store.createIndex(index);
        } else if (!store.hasIndex(index)) {
            throw new Store.UnavailableException("Elasticsearch has no index " + index + ": create it, or set auto.create");
        }
        known.add(index);
    }

    /** To the dead-letter topic; without one, as the settings say. */
    private void refuse(SinkRecord record, String why) {
        if (context.errantRecordReporter() != null) {
            context.errantRecordReporter().report(record, new DataException(why));
        } else if (settings.failsOnMalformed()) {
            throw new DataException(why);
        }
    }

    private ConnectException unavailable(Store.UnavailableException e) {
        attempts++;
        known.clear(); // it may have been started over
        if (attempts >= MOST_ATTEMPTS) {
            return new ConnectException(e.getMessage() + ".");
        }
        context.timeout(Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << attempts));
        return new RetriableException(e.getMessage() + ".");
    }

    @Override
    public void stop() {
        // nothing is open
    }
}
