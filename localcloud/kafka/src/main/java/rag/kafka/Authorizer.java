package rag.kafka;

import java.util.List;
import java.util.stream.Collectors;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/**
 * Kafka's own authorizer, with one exception for requests that only the data plane makes.
 *
 * <p>Before an INSERT writes, Flink's connector looks for transactions that an earlier run has left open on the sink's
 * partitions. Kafka requires the right to read the topic for that; in Confluent Cloud the right to write is enough.
 */
public final class Authorizer extends StandardAuthorizer {

    private static final String INTERNAL = "INTERNAL";

    @Override
    public List<AuthorizationResult> authorize(AuthorizableRequestContext context, List<Action> actions) {
        if (context.requestType() == ApiKeys.DESCRIBE_PRODUCERS.id && INTERNAL.equals(context.listenerName())) {
            return super.authorize(context, actions.stream().map(Authorizer::asWrite).collect(Collectors.toList()));
        }
        return super.authorize(context, actions);
    }

    private static Action asWrite(Action action) {
        return new Action(
                AclOperation.WRITE,
                action.resourcePattern(),
                action.resourceReferenceCount(),
                action.logIfAllowed(),
                action.logIfDenied());
    }
}
