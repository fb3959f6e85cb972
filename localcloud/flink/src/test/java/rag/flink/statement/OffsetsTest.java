package rag.flink.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class OffsetsTest {

    @Test
    void theSplitOfATopicIsRead() throws Exception {
        KafkaPartitionSplit split = new KafkaPartitionSplit(new TopicPartition("orders", 1), 42);
        byte[] kept = SimpleVersionedSerialization.writeVersionAndSerialize(new KafkaPartitionSplitSerializer(), split);
        assertEquals(split, Offsets.kafkaSplit(kept).orElseThrow());
    }

    @Test
    void theSplitOfGeneratedRowsIsNone() throws Exception {
        DataGeneratorSource<Long> source = new DataGeneratorSource<>(number -> number, Long.MAX_VALUE, Types.LONG);
        NumberSequenceSplit split = new NumberSequenceSplit("0", 7, Long.MAX_VALUE);
        byte[] kept = SimpleVersionedSerialization.writeVersionAndSerialize(source.getSplitSerializer(), split);
        assertTrue(Offsets.kafkaSplit(kept).isEmpty());
    }
}
