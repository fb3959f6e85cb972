package rag.flink;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOptions;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A {@code java.net} socket whose server is in this process: no port is opened, so no other process can connect.
 *
 * <p>Flink's blob server and the sink that keeps the rows of a query listen on sockets without authentication. Their
 * clients are in this process, too. Sockets to any other address connect as usual; {@code java.nio} is not affected.
 */
public final class InProcessSocket extends SocketImpl {

    private static final Map<Integer, InProcessSocket> LISTENING = new ConcurrentHashMap<>();
    private static final int LARGEST_OWN_PORT = 1023;

    /** Guarded by {@link #LISTENING}, as is the next one. */
    private static final BitSet CHOSEN = new BitSet();

    private static int lastChosen;

    private final Map<Integer, Object> options = new ConcurrentHashMap<>();
    private final Queue<InProcessSocket> clients = new ArrayDeque<>();
    private boolean isClosed;
    private BytePipe incoming;
    private BytePipe outgoing;

    /** The system's own socket, for a connection to another process. */
    private Socket outside;

    InProcessSocket() {
        options.put(SocketOptions.SO_TIMEOUT, 0);
        options.put(SocketOptions.TCP_NODELAY, true);
        options.put(SocketOptions.SO_KEEPALIVE, false);
        options.put(SocketOptions.SO_REUSEADDR, false);
        options.put(SocketOptions.SO_BINDADDR, InetAddress.getLoopbackAddress());
    }

    /** Makes every later {@code ServerSocket} and {@code Socket} of this process one of these. */
    @SuppressWarnings("deprecation") // Flink creates its sockets itself: only the JVM-wide factories reach them
    public static void useForAllSockets() throws IOException {
        ServerSocket.setSocketFactory(InProcessSocket::new);
        Socket.setSocketImplFactory(InProcessSocket::new);
    }

    @Override
    protected void create(boolean stream) throws IOException {
        if (!stream) {
            throw new SocketException("Only streams are supported.");
        }
    }

    /**
     * Port 0 chooses the free number that was in use the longest time ago. A client that is late, such as a query whose sink
     * has just closed, must be refused: with the same number it would read another query's rows.
     *
     * <p>Numbers are low: hardly any server of another process to connect to has such a port.
     */
    @Override
    protected void bind(InetAddress host, int wanted) throws IOException {
        address = host;
        synchronized (LISTENING) {
            localport = wanted == 0 ? nextFree() : wanted;
            if (LISTENING.putIfAbsent(localport, this) != null) {
                throw new BindException("Address already in use");
            }
        }
    }

    private static boolean wasChosen(int number) {
        synchronized (LISTENING) {
            return CHOSEN.get(number);
        }
    }

    private static int nextFree() {
        for (int tried = 0; tried < LARGEST_OWN_PORT; tried++) {
            int number = lastChosen % LARGEST_OWN_PORT + 1;
            lastChosen = number;
            CHOSEN.set(number);
            if (!LISTENING.containsKey(number)) {
                return number;
            }
        }
        return lastChosen; // none is free
    }

    @Override
    protected void listen(int backlog) {}

    @Override
    protected synchronized void accept(SocketImpl accepted) throws IOException {
        int timeout = (Integer) options.get(SocketOptions.SO_TIMEOUT);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeout);
        while (clients.isEmpty() && !isClosed) {
            long left = timeout == 0 ? 0 : (deadline - System.nanoTime() + 999_999) / 1_000_000;
            if (timeout != 0 && left <= 0) {
                throw new SocketTimeoutException("Accept timed out");
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
        }
        if (isClosed) {
            throw new SocketException("Socket closed");
        }
        InProcessSocket client = clients.remove();
        InProcessSocket server = (InProcessSocket) accepted;
        server.address = InetAddress.getLoopbackAddress();
        server.localport = localport;
        server.incoming = client.outgoing;
        server.outgoing = client.incoming;
    }

    @Override
    protected void connect(String host, int toPort) throws IOException {
        connect(new InetSocketAddress(host, toPort), 0);
    }

    @Override
    protected void connect(InetAddress host, int toPort) throws IOException {
        connect(new InetSocketAddress(host, toPort), 0);
    }

    @Override
    protected void connect(SocketAddress to, int timeout) throws IOException {
        InetSocketAddress server = (InetSocketAddress) to;
        if (server.isUnresolved()) {
            throw new UnknownHostException(server.getHostString());
        }
        address = server.getAddress();
        port = server.getPort();
        InProcessSocket listener = isThisMachine(address) ? LISTENING.get(port) : null;
        if (listener == null && isThisMachine(address) && wasChosen(port)) {
            throw new ConnectException("Connection refused");
        }
        if (listener == null) {
            connectOutside(server, timeout);
        } else {
            incoming = new BytePipe();
            outgoing = new BytePipe();
            listener.offer(this);
        }
    }

    private void connectOutside(InetSocketAddress server, int timeout) throws IOException {
        outside = SocketChannel.open().socket();
        for (Map.Entry<Integer, Object> option : options.entrySet()) {
            setOutside(option.getKey(), option.getValue());
        }
        outside.connect(server, timeout);
        localport = outside.getLocalPort();
    }

    private static boolean isThisMachine(InetAddress address) throws UnknownHostException {
        return address.isLoopbackAddress() || address.isAnyLocalAddress() || address.equals(InetAddress.getLocalHost());
    }

    private synchronized void offer(InProcessSocket client) throws ConnectException {
        if (isClosed) {
            throw new ConnectException("Connection refused");
        }
        clients.add(client);
        notifyAll();
    }

    @Override
    protected InputStream getInputStream() throws IOException {
        return outside != null ? outside.getInputStream() : new Incoming();
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        return outside != null ? outside.getOutputStream() : new Outgoing();
    }

    @Override
    protected int available() throws IOException {
        return outside != null ? outside.getInputStream().available() : incoming.available();
    }

    @Override
    protected synchronized void close() throws IOException {
        isClosed = true;
        LISTENING.remove(localport, this);
        for (InProcessSocket client : clients) {
            client.incoming.endWriting();
            client.outgoing.endReading();
        }
        clients.clear();
        notifyAll();
        if (outside != null) {
            outside.close();
        }
        if (incoming != null) {
            incoming.endReading();
            outgoing.endWriting();
        }
    }

    @Override
    protected void shutdownInput() throws IOException {
        if (outside != null) {
            outside.shutdownInput();
        } else {
            incoming.endReading();
        }
    }

    @Override
    protected void shutdownOutput() throws IOException {
        if (outside != null) {
            outside.shutdownOutput();
        } else {
            outgoing.endWriting();
        }
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        throw new SocketException("Urgent data is not supported.");
    }

    @Override
    public void setOption(int option, Object value) throws SocketException {
        options.put(option, value);
        if (outside != null) {
            setOutside(option, value);
        }
    }

    @Override
    public Object getOption(int option) {
        return options.get(option);
    }

    private void setOutside(int option, Object value) throws SocketException {
        switch (option) {
            case SocketOptions.SO_TIMEOUT:
                outside.setSoTimeout((Integer) value);
                break;
            case SocketOptions.TCP_NODELAY:
                outside.setTcpNoDelay((Boolean) value);
                break;
            case SocketOptions.SO_KEEPALIVE:
                outside.setKeepAlive((Boolean) value);
                break;
            default: // buffer sizes and the like have no effect here
        }
    }

    private final class Incoming extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return incoming.read(into, offset, length, (Integer) options.get(SocketOptions.SO_TIMEOUT));
        }

        @Override
        public int available() {
            return incoming.available();
        }

        @Override
        public void close() throws IOException {
            InProcessSocket.this.close();
        }
    }

    private final class Outgoing extends OutputStream {

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            outgoing.write(from, offset, length);
        }

        @Override
        public void close() throws IOException {
            InProcessSocket.this.close();
        }
    }
}
