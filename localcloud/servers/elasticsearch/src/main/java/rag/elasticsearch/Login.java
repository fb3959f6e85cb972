package rag.elasticsearch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/** The one user of the server, whose password is also the API key. */
record Login(String user, String key) {

    /** Whether an {@code Authorization} header is right; {@code null} for none. */
    boolean allows(String header) {
        String basic = Base64.getEncoder().encodeToString((user + ":" + key).getBytes(StandardCharsets.UTF_8));
        return header != null && (same(header, "ApiKey " + key) || same(header, "Basic " + basic));
    }

    /** In the same time wherever they differ. */
    private static boolean same(String given, String right) {
        return MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "Login[" + user + "]";
    }
}
