package rag.kafka;

import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.security.auth.AuthenticationContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SaslAuthenticationContext;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;

/**
 * The principal of a connection: the owner of its API key on the CLIENT listener, the user name on others.
 *
 * <p>Extends Kafka's own builder for its serialization, with which requests are forwarded to the controller.
 */
public final class ApiKeyPrincipals extends DefaultKafkaPrincipalBuilder {

    private static final String CLIENT = "CLIENT";

    /** Called by Kafka through reflection. No mapping rules: there are neither Kerberos nor TLS names. */
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
