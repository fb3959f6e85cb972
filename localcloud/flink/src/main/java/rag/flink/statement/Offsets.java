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

    /** The name that Flink's async operator keeps the rows under that wait for an answer, in the order they came. */
    private static final String IN_FLIGHT = "_async_wait_operator_state_";

    private static final BytePrimitiveArraySerializer STATE = BytePrimitiveArraySerializer.INSTANCE;
    private static final KafkaPartitionSplitSerializer SPLIT = new KafkaPartitionSplitSerializer();

    private Offsets() {}

    /**
     * A statement that failed leaves rows on their way, read but not written. Nothing tells which partition they came from,
     * so each is rewound by as many: some rows may then be written twice, none is lost.
     *
     * <p>Topics of which nothing is known yet (read from the latest offset on, and no record has come since) are left out.
     */
    static Map<String, String> in(Path checkpoint) {
        Map<String, Map<Integer, Long>> topics = new TreeMap<>();
        List<OperatorStateHandle> states = states(checkpoint);
        int inFlight = states.stream().mapToInt(state -> places(state, IN_FLIGHT).length).sum();
        for (KafkaPartitionSplit split : splits(states)) {
            topics.computeIfAbsent(split.getTopic(), topic -> new TreeMap<>())
                    .put(split.getPartition(), split.getStartingOffset());
        }
        Map<String, String> offsets = new TreeMap<>();
        topics.forEach(
                (topic, partitions) -> {
                    if (!partitions.containsValue(KafkaPartitionSplit.LATEST_OFFSET)) {
                        offsets.put(topic, written(partitions, inFlight));
                    }
                });
        return offsets;
    }

    private static String written(Map<Integer, Long> partitions, int inFlight) {
        return partitions.entrySet().stream()
                .map(entry -> "partition:" + entry.getKey() + ",offset:" + Math.max(0, entry.getValue() - inFlight))
                .collect(Collectors.joining(";"));
    }

    private static List<OperatorStateHandle> states(Path checkpoint) {
        List<OperatorStateHandle> states = new ArrayList<>();
        ClassLoader loader = Offsets.class.getClassLoader();
        try (DataInputStream metadata = new DataInputStream(Files.newInputStream(checkpoint.resolve("_metadata")))) {
            for (OperatorState operator :
                    org.apache.flink.runtime.checkpoint.Checkpoints.loadCheckpointMetadata(
                                    metadata, loader, Checkpoints.location(checkpoint))
                            .getOperatorStates()) {
                for (OperatorSubtaskState subtask : operator.getStates()) {
                    states.addAll(subtask.getManagedOperatorState());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return states;
    }

    private static List<KafkaPartitionSplit> splits(List<OperatorStateHandle> states) {
        List<KafkaPartitionSplit> splits = new ArrayList<>();
        for (OperatorStateHandle state : states) {
            long[] places = places(state, SPLITS);
            if (places.length == 0) {
                continue;
            }
            try (FSDataInputStream stream = state.openInputStream()) {
                for (long place : places) {
                    stream.seek(place);
                    byte[] split = STATE.deserialize(new DataInputViewStreamWrapper(stream));
                    splits.add(SimpleVersionedSerialization.readVersionAndDeSerialize(SPLIT, split));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return splits;
    }

    private static long[] places(OperatorStateHandle state, String name) {
        OperatorStateHandle.StateMetaInfo info = state.getStateNameToPartitionOffsets().get(name);
        return info == null ? new long[0] : info.getOffsets();
    }
}
