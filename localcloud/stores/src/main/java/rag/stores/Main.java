package rag.stores;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Main class of the MongoDB server's process: {@code Main FILE PORT}; user and password are in the environment, where
 * other users of the machine do not see them.
 */
public final class Main {

    private Main() {}

    public static void main(String[] args) throws InterruptedException {
        try {
            Server server =
                    Server.open(
                            Path.of(args[0]),
                            Integer.parseInt(args[1]),
                            System.getenv("LOCALCLOUD_MONGODB_USERNAME"),
                            System.getenv("LOCALCLOUD_MONGODB_PASSWORD"));
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        } catch (Journal.DamagedException e) {
            fail(e.getMessage());
        } catch (IOException e) {
            fail("The documents cannot be kept in " + args[0] + ": make its folder one that you may write to.");
        }
    }

    private static void fail(String sentence) {
        System.err.println("Error: " + sentence);
        System.exit(1);
    }
}
