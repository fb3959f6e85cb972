package rag.flink.http;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** A reply's body in memory, read up to a limit; beyond it the connection is closed. */
final class LimitedBody implements BodySubscriber<byte[]> {

    /** The body is longer than the limit. */
    static final class TooLargeException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        TooLargeException(int limit) {
            super("it has more than " + limit + " bytes");
        }
    }

    private final int limit;
    private final boolean beginningIsEnough;
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private Flow.Subscription subscription;

    private LimitedBody(int limit, boolean beginningIsEnough) {
        this.limit = limit;
        this.beginningIsEnough = beginningIsEnough;
    }

    /** The whole body; {@link TooLargeException} if it has more than {@code limit} bytes. */
    static LimitedBody whole(int limit) {
        return new LimitedBody(limit, false);
    }

    /** The beginning of the body, roughly {@code limit} bytes. */
    static LimitedBody beginning(int limit) {
        return new LimitedBody(limit, true);
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        subscription.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (buffer.remaining() > limit - read.size()) {
                subscription.cancel();
                end();
                return;
            }
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            read.writeBytes(bytes);
        }
        subscription.request(1);
    }

    private void end() {
        if (beginningIsEnough) {
            onComplete();
        } else {
            body.completeExceptionally(new TooLargeException(limit));
        }
    }

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        body.complete(read.toByteArray());
    }
}
