package rag.flink.model;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import rag.flink.UserException;
import rag.flink.functions.InvocationOptions;
import rag.flink.http.ProviderException;
import rag.flink.workspace.Connection;

/**
 * Collects single inputs into batches: inputs that arrive during a call are sent with the next one.
 *
 * <p>So a single input is sent at once, many inputs in calls of up to {@link #LARGEST_BATCH}, and no timer delays any.
 */
final class Batcher implements AutoCloseable {

    /** A request costs the local cloud's server as much as a hundred of its texts. OpenAI accepts 2,048. */
    static final int LARGEST_BATCH = 512;

    /** Until a request of that many is answered quickly: a large model takes seconds for them, and a request times out. */
    static final int FIRST_BATCH = 256;

    private static final long QUICK_NANOS = 1_000_000_000;

    // OpenAI accepts 300,000 tokens in a call; except in rare scripts, a character is at most one token.
    static final int MOST_CHARACTERS = 200_000;
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private record Item(String input, CompletableFuture<float[]> vector) {}

    private final String model;
    private final String modelVersion;
    private final InvocationOptions options;
    private final Supplier<Connection> connection;
    private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    private final AtomicInteger dimensions = new AtomicInteger();
    private final List<Thread> senders = new ArrayList<>();
    private volatile int largest = FIRST_BATCH;

    Batcher(String model, String modelVersion, InvocationOptions options, Supplier<Connection> connection) {
        this.model = model;
        this.modelVersion = modelVersion;
        this.options = options;
        this.connection = connection;
        for (int i = 0; i < options.parallelism(); i++) {
            Thread sender = new Thread(this::sendBatches, "ml-predict-" + model + "-" + i);
            sender.setDaemon(true);
            sender.start();
            senders.add(sender);
        }
    }

    CompletableFuture<float[]> embed(String input) {
        Item item = new Item(input, new CompletableFuture<>());
        queue.add(item);
        return item.vector();
    }

    private void sendBatches() {
        List<Item> batch = new ArrayList<>();
        try {
            while (true) {
                batch.clear();
                batch.add(queue.take());
                fill(batch);
                send(batch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed: the job has ended, so the results are no longer needed
        }
    }

    /** Adds waiting inputs, up to the provider's limits for one call. */
    private void fill(List<Item> batch) {
        int characters = batch.get(0).input().length();
        Item next = queue.peek();
        while (next != null
                && batch.size() < largest
                && (characters += next.input().length()) <= MOST_CHARACTERS) {
            if (queue.remove(next)) { // false: another sender has taken it
                batch.add(next);
            }
            next = queue.peek();
        }
    }

    private void send(List<Item> batch) throws InterruptedException {
        try {
            long begin = System.nanoTime();
            List<float[]> vectors = embedWithRetries(batch.stream().map(Item::input).toList());
            if (batch.size() >= FIRST_BATCH) {
                largest = System.nanoTime() - begin < QUICK_NANOS ? LARGEST_BATCH : FIRST_BATCH;
            }
            requireSameDimensions(vectors.get(0).length);
            for (int i = 0; i < vectors.size(); i++) {
                batch.get(i).vector().complete(vectors.get(i));
            }
        } catch (RuntimeException | Error e) { // also errors: if this thread ended, the job would wait for ever
            batch.forEach(item -> item.vector().completeExceptionally(e));
        }
    }

    /** Requires vectors of the size of the first one: vectors of different sizes in a column cannot be compared. */
    private void requireSameDimensions(int found) {
        if (!dimensions.compareAndSet(0, found) && dimensions.get() != found) {
            throw new ModelException(
                    "Model '" + model + "': the provider sent vectors of " + found + " dimensions after others of "
                            + dimensions.get() + ".");
        }
    }

    private List<float[]> embedWithRetries(List<String> inputs) throws InterruptedException {
        long pause = FIRST_PAUSE_MILLIS;
        for (int attempt = 1; ; attempt++) {
            try {
                // Looked up at each attempt, so that a rotated key is used.
                return OpenAiEmbeddings.embed(connection.get(), modelVersion, inputs, options.timeout());
            } catch (ProviderException e) {
                String message = "Model '" + model + "': " + e.getMessage();
                if (!e.isTransient()) {
                    throw new ModelException(message);
                }
                if (attempt > options.retries()) {
                    throw new UserException(message);
                }
                Thread.sleep(Math.min(LONGEST_PAUSE_MILLIS, Math.max(pause, e.retryAfterMillis())));
                pause *= 2;
            }
        }
    }

    @Override
    public void close() {
        senders.forEach(Thread::interrupt);
    }
}
