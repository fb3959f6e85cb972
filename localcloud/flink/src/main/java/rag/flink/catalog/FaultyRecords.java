package rag.flink.catalog;

import java.io.IOException;
import java.io.Serializable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import rag.flink.UserException;

/** What happens to a record that cannot be read ({@code error-handling.mode}). */
@FunctionalInterface
interface FaultyRecords extends Serializable {

    /** The statement fails, with the place of the record. */
    FaultyRecords FAIL =
            (record, cause) -> {
                throw new UserException(
                        cause.getMessage() + " It is the record at offset " + record.offset() + " of partition "
                                + record.partition() + " of '" + record.topic()
                                + "': to leave such records out, write ALTER TABLE ... SET"
                                + " ('error-handling.mode' = 'ignore'), or 'log' to keep them in a table.",
                        cause);
            };

    FaultyRecords IGNORE = (record, cause) -> {};

    /**
     * Returns to read on after the record.
     *
     * @throws UserException to let the statement fail
     */
    void take(ConsumerRecord<byte[], byte[]> record, IOException cause);
}
