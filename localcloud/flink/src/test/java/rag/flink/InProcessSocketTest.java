package rag.flink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.blob.BlobServer;
import org.apache.flink.runtime.blob.PermanentBlobCache;
import org.apache.flink.runtime.blob.PermanentBlobKey;
import org.apache.flink.runtime.blob.VoidBlobStore;
import org.apache.flink.util.Reference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class InProcessSocketTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir Path folder;

    @BeforeAll
    static void replaceTheSocketsOfThisProcess() throws IOException {
        InProcessSocket.useForAllSockets();
    }

    private static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    /** A connection by the kernel, as from another process. */
    private static void assertNoPortIsOpen(int port) throws IOException {
        try (SocketChannel stranger = SocketChannel.open()) {
            assertThrows(
                    SocketException.class, () -> stranger.connect(new InetSocketAddress(LOOPBACK, port)));
        }
    }

    @Test
    void bytesArriveInBothDirectionsAndAnEndIsSeen() throws Exception {
        byte[] much = randomBytes(1 << 20);
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            assertNoPortIsOpen(server.getLocalPort());
            CompletableFuture<byte[]> received =
                    CompletableFuture.supplyAsync(
                            () -> {
                                try (Socket accepted = server.accept()) {
                                    byte[] all = accepted.getInputStream().readAllBytes();
                                    accepted.getOutputStream().write(all, 0, 3);
                                    return all;
                                } catch (IOException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            try (Socket client = new Socket(LOOPBACK, server.getLocalPort())) {
                client.getOutputStream().write(much);
                client.shutdownOutput();
                InputStream answer = client.getInputStream();
                assertArrayEquals(new byte[] {much[0], much[1], much[2]}, answer.readNBytes(3));
                assertEquals(-1, answer.read());
            }
            assertArrayEquals(much, received.get());
        }
    }

    @Test
    void aSlowPeerEndsInATimeoutAndAGoneOneInABrokenPipe() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK);
                Socket client = new Socket(LOOPBACK, server.getLocalPort());
                Socket accepted = server.accept()) {
            client.setSoTimeout(20);
            assertThrows(SocketTimeoutException.class, () -> client.getInputStream().read());
            accepted.close();
            assertEquals(-1, client.getInputStream().read());
            assertThrows(SocketException.class, () -> client.getOutputStream().write(1));
            server.setSoTimeout(20);
            assertThrows(SocketTimeoutException.class, server::accept);
        }
    }

    @Test
    void aLateClientIsRefusedAndDoesNotReachTheNextServer() throws Exception {
        ServerSocket first = new ServerSocket(0, 1, LOOPBACK);
        int port = first.getLocalPort();
        first.close();
        try (ServerSocket second = new ServerSocket(0, 1, LOOPBACK)) {
            assertNotEquals(port, second.getLocalPort());
            assertThrows(ConnectException.class, () -> new Socket(LOOPBACK, port));
        }
    }

    @Test
    void aServerThatEndsLetsItsClientsAndItsOwnThreadGo() throws Exception {
        ServerSocket server = new ServerSocket(0, 1, LOOPBACK);
        int port = server.getLocalPort();
        try (Socket neverAccepted = new Socket(LOOPBACK, port)) {
            server.close();
            assertEquals(-1, neverAccepted.getInputStream().read());
        }
        assertThrows(IOException.class, () -> new Socket(LOOPBACK, port).close());
        ServerSocket other = new ServerSocket(0, 1, LOOPBACK);
        CompletableFuture<Socket> accepting =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return other.accept();
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        other.close();
        assertThrows(ExecutionException.class, accepting::get);
    }

    @Test
    void aPortIsForOneServerAtATime() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            assertThrows(BindException.class, () -> new ServerSocket(server.getLocalPort(), 1, LOOPBACK).close());
        }
    }

    @Test
    void otherProcessesAreReachedAsEver() throws Exception {
        try (ServerSocketChannel elsewhere = ServerSocketChannel.open().bind(new InetSocketAddress(LOOPBACK, 0))) {
            int port = ((InetSocketAddress) elsewhere.getLocalAddress()).getPort();
            try (Socket client = new Socket()) {
                client.setSoTimeout(20);
                client.connect(new InetSocketAddress(LOOPBACK, port), 10_000);
                try (SocketChannel accepted = elsewhere.accept()) {
                    assertThrows(SocketTimeoutException.class, () -> client.getInputStream().read());
                    OutputStream out = accepted.socket().getOutputStream();
                    out.write("hello".getBytes(StandardCharsets.UTF_8));
                    assertEquals("hello", new String(client.getInputStream().readNBytes(5), StandardCharsets.UTF_8));
                }
            }
        }
    }

    @Test
    void flinksBlobsGoOverIt() throws Exception {
        File storage = Files.createDirectory(folder.resolve("blobs")).toFile();
        JobID job = new JobID();
        byte[] blob = randomBytes(3 << 20);
        try (BlobServer server =
                new BlobServer(new Configuration(), Reference.borrowed(storage), new VoidBlobStore())) {
            server.start();
            assertNoPortIsOpen(server.getPort());
            PermanentBlobKey key = server.putPermanent(job, blob);
            InetSocketAddress address = new InetSocketAddress(LOOPBACK, server.getPort());
            File copies = Files.createDirectory(folder.resolve("copies")).toFile();
            try (PermanentBlobCache cache =
                    new PermanentBlobCache(
                            new Configuration(), Reference.borrowed(copies), new VoidBlobStore(), address)) {
                assertArrayEquals(blob, Files.readAllBytes(cache.getFile(job, key).toPath()));
            }
        }
    }
}
