package rag.kafka;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Logins on the INTERNAL and CONTROLLER listeners: any user name with the local cloud's own token.
 *
 * <p>The user name is the principal for which the data plane acts: {@code admin}, or the service account of a connector or
 * a statement. So rights are checked as if that account had logged in itself.
 */
public final class TokenCallback extends PasswordCallback {

    @Override
    boolean isValid(String user, char[] password) {
        return MessageDigest.isEqual(utf8(new String(password)), utf8(Settings.INTERNAL_TOKEN));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
