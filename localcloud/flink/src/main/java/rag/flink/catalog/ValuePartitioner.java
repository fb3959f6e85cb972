package rag.flink.catalog;

import org.apache.flink.connector.kafka.sink.KafkaPartitioner;
import org.apache.flink.table.data.RowData;
import org.apache.kafka.common.utils.Utils;

/**
 * Partitions by the hash of the key, or of the whole value without one: a row and its retraction go to one partition,
 * which keeps their order.
 */
public final class ValuePartitioner implements KafkaPartitioner<RowData> {

    private static final long serialVersionUID = 1L;

    @Override
    public int partition(RowData row, byte[] key, byte[] value, String topic, int[] partitions) {
        return partitions[Utils.toPositive(Utils.murmur2(key == null ? value : key)) % partitions.length];
    }
}
