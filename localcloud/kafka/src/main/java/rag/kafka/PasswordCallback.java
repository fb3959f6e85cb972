package rag.kafka;

import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;

import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.plain.PlainAuthenticateCallback;

/** The server's side of SASL/PLAIN; subclasses only decide whether a password is right. */
abstract class PasswordCallback implements AuthenticateCallbackHandler {

    /** Whether {@code user} may log in with {@code password}; compares in constant time. */
    abstract boolean isValid(String user, char[] password);

    @Override
    public final void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> jaas) {
    }

    @Override
    public final void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        String user = null;
        for (Callback callback : callbacks) {
            if (callback instanceof NameCallback name) {
                user = name.getDefaultName();
            } else if (callback instanceof PlainAuthenticateCallback login) {
                login.authenticated(user != null && login.password() != null && isValid(user, login.password()));
            } else {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    @Override
    public final void close() {
    }
}
