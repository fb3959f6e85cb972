package rag.flink;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;

/** One direction of an {@link InProcessSocket}'s connection: a bounded buffer in which a writer waits for its reader. */
final class BytePipe {

    private static final int CAPACITY = 64 << 10;

    private final byte[] bytes = new byte[CAPACITY];
    private int first;
    private int count;
    private boolean writerIsGone;
    private boolean readerIsGone;

    /** Returns the number of bytes read, -1 at the end; waits at most {@code timeoutMillis} for one (0: without limit). */
    synchronized int read(byte[] into, int offset, int length, int timeoutMillis) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (count == 0 && !writerIsGone && !readerIsGone && length > 0) {
            long left = timeoutMillis == 0 ? 0 : (deadline - System.nanoTime() + 999_999) / 1_000_000;
            if (timeoutMillis != 0 && left <= 0) {
                throw new SocketTimeoutException("Read timed out");
            }
            await(left);
        }
        if (readerIsGone) {
            throw new SocketException("Socket closed");
        }
        if (length == 0) {
            return 0;
        }
        if (count == 0) {
            return -1;
        }
        int read = Math.min(Math.min(length, count), CAPACITY - first);
        System.arraycopy(bytes, first, into, offset, read);
        first = (first + read) % CAPACITY;
        count -= read;
        notifyAll();
        return read;
    }

    /** Writes all bytes; blocks while the buffer is full. */
    synchronized void write(byte[] from, int offset, int length) throws IOException {
        int written = 0;
        while (written < length) {
            while (count == CAPACITY && !writerIsGone && !readerIsGone) {
                await(0);
            }
            if (writerIsGone || readerIsGone) {
                throw new SocketException(writerIsGone ? "Socket closed" : "Broken pipe");
            }
            int next = (first + count) % CAPACITY;
            int free = Math.min(CAPACITY - count, CAPACITY - next);
            int part = Math.min(free, length - written);
            System.arraycopy(from, offset + written, bytes, next, part);
            count += part;
            written += part;
            notifyAll();
        }
    }

    synchronized int available() {
        return count;
    }

    /** Ends the writing; bytes written before can still be read. */
    synchronized void endWriting() {
        writerIsGone = true;
        notifyAll();
    }

    synchronized void endReading() {
        readerIsGone = true;
        notifyAll();
    }

    private void await(long millis) throws InterruptedIOException {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }
}
