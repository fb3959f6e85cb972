package rag.kafka;

import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;

import org.apache.kafka.common.security.plain.PlainLoginModule;

/** The broker's own login to its controller: as {@code admin}, with the token from the environment, not from a file. */
public final class TokenLogin extends PlainLoginModule {

    @Override
    public void initialize(Subject subject, CallbackHandler handler, Map<String, ?> shared, Map<String, ?> options) {
        super.initialize(subject, handler, shared, Map.of("username", "admin", "password", Settings.INTERNAL_TOKEN));
    }
}
