package rag.kafka;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Logins on the CLIENT listener: user name = API key, password = its secret, as on Confluent Cloud. */
public final class ApiKeyCallback extends PasswordCallback {

    @Override
    boolean isValid(String user, char[] password) {
        ApiKeys.ApiKey key = ApiKeys.find(user);
        return key != null && MessageDigest.isEqual(sha256(password), HexFormat.of().parseHex(key.secretSha256()));
    }

    private static byte[] sha256(char[] secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(new String(secret).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
