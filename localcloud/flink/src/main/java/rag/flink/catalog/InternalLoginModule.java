package rag.flink.catalog;

import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import rag.flink.workspace.Workspace;

/**
 * Logs in to a broker's internal listener with the internal token of this process.
 *
 * <p>The JAAS entry names only the principal, so table options, job graphs and logs never hold the password.
 */
public class InternalLoginModule extends PlainLoginModule {

    @Override
    public void initialize(
            Subject subject, CallbackHandler callbackHandler, Map<String, ?> sharedState, Map<String, ?> options) {
        Map<String, ?> credentials =
                Map.of("username", options.get("username"), "password", Workspace.current().internalToken());
        super.initialize(subject, callbackHandler, sharedState, credentials);
    }
}
