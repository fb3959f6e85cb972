package rag.flink.catalog;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import rag.flink.UserException;

/**
 * Writes a row about each record that cannot be read, before the next one is read: so no row is lost, and after a
 * restart of the statement some are written twice.
 */
final class DeadLetterWriter implements FaultyRecords {

    private static final long serialVersionUID = 1L;
    private static final long TIMEOUT_SECONDS = 60;

    /** Of all faults here; Confluent documents no numbers. */
    private static final int CODE = 1;

    private static final String REASON = "DESERIALIZATION_ERROR";

    private final String topic;
    private final Map<String, String> client;
    private final SerializationSchema<RowData> serializer;
    private final String statement;
    private final String[] table;
    private transient boolean isOpen;

    /**
     * @param client settings of the producer
     * @param table whose records are read
     */
    DeadLetterWriter(
            String topic,
            Map<String, String> client,
            SerializationSchema<RowData> serializer,
            String statement,
            ObjectIdentifier table) {
        this.topic = topic;
        this.client = new HashMap<>(client);
        this.serializer = serializer;
        this.statement = statement;
        this.table = new String[] {table.getCatalogName(), table.getDatabaseName(), table.getObjectName()};
    }

    @Override
    public void take(ConsumerRecord<byte[], byte[]> record, IOException cause) {
        try {
            if (!isOpen) {
                serializer.open(null);
                isOpen = true;
            }
            byte[] value = serializer.serialize(row(record, cause));
            KafkaClients.producer(client)
                    .send(new ProducerRecord<>(topic, value))
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserException("The statement was stopped.", e);
        } catch (ExecutionException | TimeoutException e) {
            Throwable fault = e.getCause() == null ? e : e.getCause();
            throw new UserException(
                    "The dead letter queue '" + topic + "' could not be written: " + fault.getMessage(), e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e); // of open(), which throws none
        }
    }

    private RowData row(ConsumerRecord<byte[], byte[]> record, IOException cause) {
        return GenericRowData.of(
                TimestampData.fromEpochMillis(System.currentTimeMillis()),
                CODE,
                text(REASON),
                text(String.valueOf(cause.getMessage())),
                new GenericMapData(Map.of()),
                text("FLINK"),
                text(statement),
                text("TABLE"),
                text(table[0]),
                text(table[1]),
                text(table[2]),
                GenericRowData.of(
                        text(record.topic()),
                        record.partition(),
                        record.offset(),
                        TimestampData.fromEpochMillis(record.timestamp()),
                        text(record.timestampType().toString()),
                        headers(record),
                        record.key(),
                        record.value()));
    }

    private static GenericMapData headers(ConsumerRecord<byte[], byte[]> record) {
        Map<StringData, byte[]> headers = new HashMap<>();
        for (Header header : record.headers()) {
            headers.put(text(header.key()), header.value());
        }
        return new GenericMapData(headers);
    }

    private static StringData text(String value) {
        return StringData.fromString(value);
    }
}
