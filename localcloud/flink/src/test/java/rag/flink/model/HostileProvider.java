package rag.flink.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import rag.flink.workspace.Connection;

/** An endpoint that answers its first request with the same bytes again and again, as long as they are taken. */
final class HostileProvider implements AutoCloseable {

    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final AtomicLong written = new AtomicLong();
    private final CountDownLatch ended = new CountDownLatch(1);

    HostileProvider(String status, byte[] piece, long pauseMillis) throws IOException {
        Thread thread = new Thread(() -> answer(status, piece, pauseMillis), "hostile-provider");
        thread.setDaemon(true);
        thread.start();
    }

    private void answer(String status, byte[] piece, long pauseMillis) {
        try (Socket socket = listener.accept()) {
            InputStream in = socket.getInputStream();
            in.read(new byte[64 << 10]);
            OutputStream out = socket.getOutputStream();
            out.write(("HTTP/1.1 " + status + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write(piece);
                written.addAndGet(piece.length);
                Thread.sleep(pauseMillis);
            }
        } catch (IOException | InterruptedException e) {
            ended.countDown(); // nobody takes any more
        }
    }

    Connection connection() {
        String url = "http://127.0.0.1:" + listener.getLocalPort() + "/v1/embeddings";
        return new Connection("c", "OPENAI", url, Map.of("API_KEY", "sk-secret"));
    }

    /** How many bytes were taken of its answer, those in sockets included; known once the connection has ended. */
    long written() throws InterruptedException {
        awaitEnd();
        return written.get();
    }

    void awaitEnd() throws InterruptedException {
        if (!ended.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the connection is still open");
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
