package rag.flink.statement;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * The offsets up to which a statement had read its topics at a checkpoint, read from the checkpoint itself.
 *
 * <p>In the format of {@code status.latest_offsets} in Confluent's API and of Flink's {@code specific-offsets}: topic to
 * {@code partition:0,offset:42;partition:1,offset:7}, where the offset is that of the next record to read.
 */
final class Offsets {

    /** Name of the state in which Flink's source operator keeps its splits. */
    private static final String SPLITS = "SourceReaderState";

    /** Name of the state in which Flink's async operator keeps rows that wait for a reply, in their order of arrival. */
    private static final String IN_FLIGHT = "_async_wait_operator_state_";

    private static final BytePrimitiveArraySerializer STATE = BytePrimitiveArraySerializer.INSTANCE;
    private static final KafkaPartitionSplitSerializer SPLIT = new KafkaPartitionSplitSerializer();

    private Offsets() {}

    /**
     * A failed statement has rows in flight: read but not written. Their partitions are not known, so every partition is
     * rewound by their number: some rows may be written twice, but none is lost.
     *
     * <p>Topics without a known offset are left out (read from the latest offset, without a record since).
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
                    kafkaSplit(split).ifPresent(splits::add);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return splits;
    }

    /** Empty for the split of a source that generates its rows: it has no topic and partition, and is shorter. */
    static Optional<KafkaPartitionSplit> kafkaSplit(byte[] split) throws IOException {
        try {
            return Optional.of(SimpleVersionedSerialization.readVersionAndDeSerialize(SPLIT, split));
        } catch (EOFException e) {
            return Optional.empty();
        }
    }

    private static long[] places(OperatorStateHandle state, String name) {
        OperatorStateHandle.StateMetaInfo info = state.getStateNameToPartitionOffsets().get(name);
        return info == null ? new long[0] : info.getOffsets();
    }
}
