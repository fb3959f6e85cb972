package rag.flink.catalog;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How to take back, in reverse order, what a change of several steps has done so far. */
final class Rollback {

    private static final Logger LOG = LoggerFactory.getLogger(Rollback.class);

    private final Deque<Runnable> steps = new ArrayDeque<>();

    void add(Runnable step) {
        steps.push(step);
    }

    /** Takes back whatever can be, also for a statement that was interrupted; what cannot be is logged. */
    void run() {
        boolean interrupted = Thread.interrupted();
        while (!steps.isEmpty()) {
            try {
                steps.pop().run();
            } catch (RuntimeException e) {
                LOG.error("A failed statement's change could not be taken back", e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
