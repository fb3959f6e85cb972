package rag.elasticsearch;

import java.util.Map;
import org.elasticsearch.common.util.concurrent.ThreadContext;
import org.elasticsearch.http.HttpRouteStats;
import org.elasticsearch.http.HttpServerTransport.Dispatcher;
import org.elasticsearch.rest.RestChannel;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;

/** Answers 401 to requests without the login, as Elasticsearch's own security does, and hands on the others. */
record LoginGuard(Dispatcher inner, Login login) implements Dispatcher {

    private static final String REASON = "missing or wrong authentication credentials for REST request";
    private static final String REFUSAL =
            ("{\"error\":{\"root_cause\":[{\"type\":\"security_exception\",\"reason\":\"%1$s\"}],"
                            + "\"type\":\"security_exception\",\"reason\":\"%1$s\"},\"status\":401}")
                    .formatted(REASON);

    @Override
    public void dispatchRequest(RestRequest request, RestChannel channel, ThreadContext context) {
        if (login.allows(request.header("Authorization"))) {
            inner.dispatchRequest(request, channel, context);
            return;
        }
        RestResponse refusal = new RestResponse(RestStatus.UNAUTHORIZED, "application/json", REFUSAL);
        refusal.addHeader("WWW-Authenticate", "ApiKey");
        channel.sendResponse(refusal);
    }

    @Override
    public void dispatchBadRequest(RestChannel channel, ThreadContext context, Throwable cause) {
        inner.dispatchBadRequest(channel, context, cause);
    }

    @Override
    public Map<String, HttpRouteStats> getStats() {
        return inner.getStats();
    }
}
