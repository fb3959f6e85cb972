package rag.stores;

import de.bwaldvogel.mongo.wire.MongoDatabaseHandler;
import de.bwaldvogel.mongo.wire.MongoExceptionHandler;
import de.bwaldvogel.mongo.wire.MongoWireMessageEncoder;
import de.bwaldvogel.mongo.wire.MongoWireProtocolHandler;
import de.bwaldvogel.mongo.wire.MongoWireReplyEncoder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The MongoDB server: a {@link Store} on a port of this machine's own. */
final class Server implements AutoCloseable {

    private static final int BACKLOG = 128;
    private static final long SYNC_SECONDS = 1;

    private final Store store;
    private final MultiThreadIoEventLoopGroup threads = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
    private final ScheduledExecutorService syncing = Executors.newSingleThreadScheduledExecutor();
    private final ChannelGroup clients = new DefaultChannelGroup(threads.next());
    private final Channel listener;

    private Server(Store store, Journal journal, Logins logins, int port) throws InterruptedException {
        this.store = store;
        syncing.scheduleWithFixedDelay(journal::sync, SYNC_SECONDS, SYNC_SECONDS, TimeUnit.SECONDS);
        this.listener =
                new ServerBootstrap()
                        .group(threads)
                        .channel(NioServerSocketChannel.class)
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(new Client(store, logins, clients))
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .sync()
                        .channel();
    }

    /** Opens what {@code file} holds on that port; 0 for any. */
    static Server open(Path file, int port, String user, String password)
            throws IOException, InterruptedException, Journal.DamagedException {
        Logins logins = new Logins(user, password);
        Journal.Opened opened = Journal.open(file);
        return new Server(new Store(opened, logins), opened.journal(), logins, port);
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private static final class Client extends ChannelInitializer<SocketChannel> {

        private final Store store;
        private final Logins logins;
        private final ChannelGroup clients;

        Client(Store store, Logins logins, ChannelGroup clients) {
            this.store = store;
            this.logins = logins;
            this.clients = clients;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            channel.pipeline()
                    .addLast(
                            new LoginGuard(logins),
                            new MongoWireReplyEncoder(),
                            new MongoWireMessageEncoder(),
                            new MongoWireProtocolHandler(),
                            new MongoDatabaseHandler(store, clients),
                            new MongoExceptionHandler());
        }
    }

    /** Hangs up on all clients, then closes the journal. */
    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        clients.close().syncUninterruptibly();
        threads.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        syncing.shutdown();
        store.close();
    }
}
