package rag.stores;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) for one user.
 *
 * <p>Keeps what proves the password, never the password itself.
 */
final class Scram {

    /** The least that drivers accept; the password is random, so more would only slow each connection down. */
    private static final int ITERATIONS = 4096;

    private static final int SALT_BYTES = 28;
    private static final int NONCE_BYTES = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String user;
    private final byte[] salt = random(SALT_BYTES);
    private final byte[] storedKey;
    private final byte[] serverKey;

    Scram(String user, String password) {
        this.user = user;
        try {
            byte[] salted =
                    SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                            .generateSecret(new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, 256))
                            .getEncoded();
            this.storedKey = sha256(hmac(salted, "Client Key"));
            this.serverKey = hmac(salted, "Server Key");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One login under way: what the client said first, and what it was asked. */
    record Challenge(String clientFirst, String nonce, String text) {}

    /** Answers the client's first message; empty if it is none that a login as this user begins with. */
    Optional<Challenge> begin(String message) {
        // No channel binding; "a=" would ask to act as somebody else.
        if (!message.startsWith("n,,n=" + escaped(user) + ",r=")) {
            return Optional.empty();
        }
        String clientFirst = message.substring("n,,".length());
        String clientNonce = clientFirst.substring(clientFirst.indexOf(",r=") + ",r=".length());
        if (clientNonce.isEmpty() || clientNonce.contains(",")) {
            return Optional.empty();
        }
        String nonce = clientNonce + base64(random(NONCE_BYTES));
        return Optional.of(new Challenge(clientFirst, nonce, "r=" + nonce + ",s=" + base64(salt) + ",i=" + ITERATIONS));
    }

    /** The server's signature if the client's last message proves that it knows the password. */
    Optional<String> finish(Challenge challenge, String message) {
        int end = message.lastIndexOf(",p=");
        String expected = "c=" + base64("n,,".getBytes(StandardCharsets.UTF_8)) + ",r=" + challenge.nonce();
        if (end < 0 || !message.substring(0, end).equals(expected)) {
            return Optional.empty();
        }
        String exchanged = challenge.clientFirst() + "," + challenge.text() + "," + expected;
        try {
            byte[] proof = Base64.getDecoder().decode(message.substring(end + ",p=".length()));
            byte[] signature = hmac(storedKey, exchanged);
            if (proof.length != signature.length) {
                return Optional.empty();
            }
            byte[] clientKey = new byte[proof.length];
            for (int i = 0; i < proof.length; i++) {
                clientKey[i] = (byte) (proof[i] ^ signature[i]);
            }
            if (!MessageDigest.isEqual(sha256(clientKey), storedKey)) {
                return Optional.empty();
            }
            return Optional.of("v=" + base64(hmac(serverKey, exchanged)));
        } catch (IllegalArgumentException e) { // not base64
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String escaped(String name) {
        return name.replace("=", "=3D").replace(",", "=2C");
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] sha256(byte[] bytes) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }
}
