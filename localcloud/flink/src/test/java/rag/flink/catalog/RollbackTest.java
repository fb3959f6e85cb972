package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RollbackTest {

    private final Rollback rollback = new Rollback();
    private final List<String> undone = new ArrayList<>();

    @Test
    void theLastStepIsTakenBackFirstAndOneThatFailsStopsNoOther() {
        rollback.add(() -> undone.add("topic"));
        rollback.add(
                () -> {
                    throw new IllegalStateException("gone");
                });
        rollback.add(() -> undone.add("subject"));
        rollback.run();
        assertEquals(List.of("subject", "topic"), undone);
        rollback.run();
        assertEquals(2, undone.size(), "once");
    }

    @Test
    void anInterruptedStatementIsTakenBackToo() {
        rollback.add(() -> undone.add(Boolean.toString(Thread.currentThread().isInterrupted())));
        Thread.currentThread().interrupt();
        rollback.run();
        assertEquals(List.of("false"), undone);
        assertTrue(Thread.interrupted(), "whoever waits for the thread sees it");
        assertFalse(Thread.interrupted());
    }
}
