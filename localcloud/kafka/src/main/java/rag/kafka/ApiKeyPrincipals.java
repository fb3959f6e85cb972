package rag.kafka;

import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.security.auth.AuthenticationContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SaslAuthenticationContext;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;

/**
 * Who a connection acts as: the owner of its API key on the CLIENT listener, the user name elsewhere.
 *
 * <p>Extends Kafka's own builder for its serialization, with which requests are forwarded to the controller.
 */
public final class ApiKeyPrincipals extends DefaultKafkaPrincipalBuilder {

    private static final String CLIENT = "CLIENT";

    /** Kafka makes it by reflection; there are neither Kerberos nor TLS names to shorten. */
    public ApiKeyPrincipals() {
        super(null, null);
    }

    @Override
    public KafkaPrincipal build(AuthenticationContext context) {
        KafkaPrincipal user = super.build(context);
        if (!(context instanceof SaslAuthenticationContext) || !CLIENT.equals(context.listenerName())) {
            return user;
        }
        ApiKeys.ApiKey key = ApiKeys.find(user.getName());
        if (key == null) {
            throw new SaslAuthenticationException("The API key was revoked.");
        }
        return new KafkaPrincipal(KafkaPrincipal.USER_TYPE, key.principal());
    }
}
