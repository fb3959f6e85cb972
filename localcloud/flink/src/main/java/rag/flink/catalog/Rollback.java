package rag.flink.catalog;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Undoes a change of several steps: each step registers its inverse, and they run in reverse order. */
final class Rollback {

    private static final Logger LOG = LoggerFactory.getLogger(Rollback.class);

    private final Deque<Runnable> steps = new ArrayDeque<>();

    void add(Runnable step) {
        steps.push(step);
    }

    /** Runs every inverse, also in an interrupted thread; one that fails is logged, and the others still run. */
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
