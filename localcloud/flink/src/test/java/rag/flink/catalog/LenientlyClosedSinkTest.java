package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

class LenientlyClosedSinkTest {

    private final AtomicBoolean closed = new AtomicBoolean();

    @Test
    void aWriterThatCannotAbortIsClosed() throws IOException {
        PrecommittingStatefulSinkWriter<String, String, String> writer =
                new LenientlyClosedSink<>(refusingSink()).createWriter(null);
        assertDoesNotThrow(writer::close);
        assertTrue(closed.get());
    }

    @Test
    void aWriterThatCannotWriteStillFails() throws IOException {
        PrecommittingStatefulSinkWriter<String, String, String> writer =
                new LenientlyClosedSink<>(refusingSink()).createWriter(null);
        assertThrows(KafkaException.class, () -> writer.write("record", null));
        assertThrows(KafkaException.class, () -> writer.flush(false));
        assertThrows(KafkaException.class, writer::prepareCommit);
    }

    /** A sink whose writers fail at every call, as those of a principal without rights. */
    @SuppressWarnings("unchecked")
    private TwoPhaseCommittingStatefulSink<String, String, String> refusingSink() {
        PrecommittingStatefulSinkWriter<String, String, String> writer =
                proxy(
                        PrecommittingStatefulSinkWriter.class,
                        method -> {
                            closed.compareAndSet(false, method.equals("close"));
                            throw new KafkaException("Transactional Id authorization failed.");
                        });
        return proxy(TwoPhaseCommittingStatefulSink.class, method -> writer);
    }

    private interface Answer {
        Object to(String method);
    }

    @SuppressWarnings("unchecked")
    private static <T> T proxy(Class<?> type, Answer answer) {
        return (T)
                Proxy.newProxyInstance(
                        type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> answer.to(method.getName()));
    }
}
