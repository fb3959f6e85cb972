package rag.flink.catalog;

import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.data.RowData;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka's exactly-once sink, with writers whose {@code close} does not fail and leaves nothing open.
 *
 * <p>A writer aborts its open transaction when it is closed, which fails once its principal has lost its rights. Flink takes
 * a task that cannot be cleaned up for a fatal error and ends the TaskManager, with the tasks of all other statements. The
 * failure may be left alone: the broker aborts the transaction after its timeout, and the writer has closed all it holds.
 *
 * @param <T> what is written
 * @param <S> a writer's state
 * @param <C> a transaction to commit
 */
record LenientlyClosedSink<T, S, C>(TwoPhaseCommittingStatefulSink<T, S, C> sink)
        implements TwoPhaseCommittingStatefulSink<T, S, C>, SupportsPostCommitTopology<C> {

    private static final Logger LOG = LoggerFactory.getLogger(LenientlyClosedSink.class);

    /** @param provider the runtime provider of one of Kafka's exactly-once table sinks */
    static SinkV2Provider provider(SinkV2Provider provider) {
        Sink<RowData> sink = new LenientlyClosedSink<>((TwoPhaseCommittingStatefulSink<RowData, ?, ?>) provider.createSink());
        return SinkV2Provider.of(sink, provider.getParallelism().orElse(null));
    }

    @Override
    public PrecommittingStatefulSinkWriter<T, S, C> createWriter(WriterInitContext context) throws IOException {
        return new Writer<>(sink.createWriter(context));
    }

    @Override
    public PrecommittingStatefulSinkWriter<T, S, C> restoreWriter(WriterInitContext context, Collection<S> states)
            throws IOException {
        return new Writer<>(sink.restoreWriter(context, states));
    }

    @Override
    public SimpleVersionedSerializer<S> getWriterStateSerializer() {
        return sink.getWriterStateSerializer();
    }

    @Override
    public Committer<C> createCommitter(CommitterInitContext context) throws IOException {
        return sink.createCommitter(context);
    }

    @Override
    public SimpleVersionedSerializer<C> getCommittableSerializer() {
        return sink.getCommittableSerializer();
    }

    @Override
    @SuppressWarnings("unchecked")
    public void addPostCommitTopology(DataStream<CommittableMessage<C>> committables) {
        if (sink instanceof SupportsPostCommitTopology<?> topology) {
            ((SupportsPostCommitTopology<C>) topology).addPostCommitTopology(committables);
        }
    }

    private record Writer<T, S, C>(PrecommittingStatefulSinkWriter<T, S, C> writer)
            implements PrecommittingStatefulSinkWriter<T, S, C> {

        @Override
        public void write(T element, Context context) throws IOException, InterruptedException {
            writer.write(element, context);
        }

        @Override
        public void writeWatermark(Watermark watermark) throws IOException, InterruptedException {
            writer.writeWatermark(watermark);
        }

        @Override
        public void flush(boolean endOfInput) throws IOException, InterruptedException {
            writer.flush(endOfInput);
        }

        @Override
        public Collection<C> prepareCommit() throws IOException, InterruptedException {
            return writer.prepareCommit();
        }

        @Override
        public List<S> snapshotState(long checkpoint) throws IOException {
            return writer.snapshotState(checkpoint);
        }

        @Override
        public void close() {
            try {
                writer.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warn("A writer to Kafka could not abort its transaction; the broker will: {}", e.getMessage());
            } finally {
                closeAdminClient();
            }
        }

        /** The connector (5.0.0) leaves open the client that lists lingering transactions: a thread, sockets. */
        private void closeAdminClient() {
            try {
                Field field = writer.getClass().getDeclaredField("adminClient");
                field.setAccessible(true);
                if (field.get(writer) instanceof Admin admin) {
                    admin.close(Duration.ZERO);
                }
            } catch (ReflectiveOperationException e) {
                LOG.warn("A writer to Kafka may have left its admin client open: {}", e.getMessage());
            }
        }
    }
}
