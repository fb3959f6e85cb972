package rag.flink.statement;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.OperatorStateHandle;

/**
 * How far a statement had read its topics when a checkpoint was taken, told by the checkpoint itself.
 *
 * <p>Written as Confluent's API writes {@code status.latest_offsets}, and Flink its {@code specific-offsets}: topic to
 * {@code partition:0,offset:42;partition:1,offset:7}, where the offset is that of the next record to read.
 */
final class Offsets {

    /** The name that Flink's source operator keeps the splits of its reader under. */
    private static final String SPLITS = "SourceReaderState";

    private static final BytePrimitiveArraySerializer STATE = BytePrimitiveArraySerializer.INSTANCE;
    private static final KafkaPartitionSplitSerializer SPLIT = new KafkaPartitionSplitSerializer();

    private Offsets() {}

    /**
     * Topics of which nothing is known yet (read from the latest offset on, and no record has come since) are left out.
     */
    static Map<String, String> in(Path checkpoint) {
        Map<String, Map<Integer, Long>> topics = new TreeMap<>();
        for (KafkaPartitionSplit split : splits(checkpoint)) {
            topics.computeIfAbsent(split.getTopic(), topic -> new TreeMap<>())
                    .put(split.getPartition(), split.getStartingOffset());
        }
        Map<String, String> offsets = new TreeMap<>();
        topics.forEach(
                (topic, partitions) -> {
                    if (!partitions.containsValue(KafkaPartitionSplit.LATEST_OFFSET)) {
                        offsets.put(topic, written(partitions));
                    }
                });
        return offsets;
    }

    private static String written(Map<Integer, Long> partitions) {
        return partitions.entrySet().stream()
                .map(entry -> "partition:" + entry.getKey() + ",offset:" + Math.max(0, entry.getValue()))
                .collect(Collectors.joining(";"));
    }

    private static List<KafkaPartitionSplit> splits(Path checkpoint) {
        List<KafkaPartitionSplit> splits = new ArrayList<>();
        ClassLoader loader = Offsets.class.getClassLoader();
        try (DataInputStream metadata = new DataInputStream(Files.newInputStream(checkpoint.resolve("_metadata")))) {
            for (OperatorState operator :
                    org.apache.flink.runtime.checkpoint.Checkpoints.loadCheckpointMetadata(
                                    metadata, loader, Checkpoints.location(checkpoint))
                            .getOperatorStates()) {
                for (OperatorSubtaskState subtask : operator.getStates()) {
                    for (OperatorStateHandle state : subtask.getManagedOperatorState()) {
                        read(state, splits);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return splits;
    }

    private static void read(OperatorStateHandle state, List<KafkaPartitionSplit> splits) throws IOException {
        OperatorStateHandle.StateMetaInfo place = state.getStateNameToPartitionOffsets().get(SPLITS);
        if (place == null) {
            return;
        }
        try (FSDataInputStream stream = state.openInputStream()) {
            for (long offset : place.getOffsets()) {
                stream.seek(offset);
                byte[] split = STATE.deserialize(new DataInputViewStreamWrapper(stream));
                splits.add(SimpleVersionedSerialization.readVersionAndDeSerialize(SPLIT, split));
            }
        }
    }
}
