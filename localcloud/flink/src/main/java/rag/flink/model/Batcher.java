package rag.flink.model;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import rag.flink.UserException;
import rag.flink.workspace.Connection;

/**
 * Collects single inputs into calls of many: whatever arrived while the previous call was under way goes into the next.
 *
 * <p>So a lone input leaves at once and a flood leaves in calls of {@link #LARGEST_BATCH}, with no wait in between.
 */
final class Batcher implements AutoCloseable {

    static final int LARGEST_BATCH = 256;
    // OpenAI takes 300,000 tokens a call; a character is a token at most, but for rare scripts.
    static final int MOST_CHARACTERS = 200_000;
    private static final int SENDERS = 2;
    private static final int ATTEMPTS = 4;
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private record Item(String input, CompletableFuture<float[]> vector) {}

    private final String model;
    private final String modelVersion;
    private final Supplier<Connection> connection;
    private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    private final AtomicInteger dimensions = new AtomicInteger();
    private final List<Thread> senders = new ArrayList<>();

    Batcher(String model, String modelVersion, Supplier<Connection> connection) {
        this.model = model;
        this.modelVersion = modelVersion;
        this.connection = connection;
        for (int i = 0; i < SENDERS; i++) {
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
            Thread.currentThread().interrupt(); // closed: the job ends and nobody waits for these any more
        }
    }

    /** Adds what waits, as far as a provider takes it in one call. */
    private void fill(List<Item> batch) {
        int characters = batch.get(0).input().length();
        Item next = queue.peek();
        while (next != null
                && batch.size() < LARGEST_BATCH
                && (characters += next.input().length()) <= MOST_CHARACTERS) {
            if (queue.remove(next)) { // else the other sender has it
                batch.add(next);
            }
            next = queue.peek();
        }
    }

    private void send(List<Item> batch) throws InterruptedException {
        try {
            List<float[]> vectors = embedWithRetries(batch.stream().map(Item::input).toList());
            requireSameDimensions(vectors.get(0).length);
            for (int i = 0; i < vectors.size(); i++) {
                batch.get(i).vector().complete(vectors.get(i));
            }
        } catch (RuntimeException | Error e) { // whatever it is: a thread that ended here would leave the job waiting
            batch.forEach(item -> item.vector().completeExceptionally(e));
        }
    }

    /** A column of vectors of several sizes is of no use to anybody: the first answer says which size it is. */
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
                // Asked for at each attempt, so that a rotated key is picked up.
                return OpenAiEmbeddings.embed(connection.get(), modelVersion, inputs);
            } catch (ProviderException e) {
                String message = "Model '" + model + "': " + e.getMessage();
                if (!e.isTransient()) {
                    throw new ModelException(message);
                }
                if (attempt == ATTEMPTS) {
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
