package rag.connect;

import java.nio.file.Path;
import rag.endpoint.PrivateServer;

/**
 * Kafka Connect for the local cloud in one process, without its REST server, which nobody would have to log in to.
 * {@code Main PORT_FILE}
 *
 * <p>Nothing is kept here: connectors are put by the local cloud at every start, and how far a sink has read is in its
 * consumer group.
 */
public final class Main {

    private static final String TOKEN_VARIABLE = "CONNECT_ENDPOINT_TOKEN";

    private Main() {}

    public static void main(String[] args) throws Exception {
        String token = PrivateServer.tokenIn(TOKEN_VARIABLE);
        new PrivateServer(token, Path.of(args[0]), new Endpoint(new Workers())).start();
    }
}
