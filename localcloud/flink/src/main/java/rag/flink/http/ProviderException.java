package rag.flink.http;

/** A failed call to a provider of models or of searches; the message is one sentence without secrets. */
public final class ProviderException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean transientFault;
    private final int status;
    private final long retryAfterMillis;

    private ProviderException(String message, boolean transientFault, int status, long retryAfterMillis) {
        super(message);
        this.transientFault = transientFault;
        this.status = status;
        this.retryAfterMillis = retryAfterMillis;
    }

    /** No answer, or none that is complete. */
    public static ProviderException transientFault(String message) {
        return new ProviderException(message, true, 0, 0);
    }

    /** What would fail again. */
    public static ProviderException fault(String message) {
        return new ProviderException(message, false, 0, 0);
    }

    /** A refusal with an HTTP status. */
    static ProviderException answered(String message, int status, long retryAfterMillis) {
        boolean worthRetrying = status == 429 || status == 408 || status >= 500;
        return new ProviderException(message, worthRetrying, status, retryAfterMillis);
    }

    /** Whether the error is transient: an overload or an outage, not a refusal. */
    public boolean isTransient() {
        return transientFault;
    }

    /** The HTTP status of a refusal, or 0. */
    public int status() {
        return status;
    }

    /** The wait that the provider asked for ({@code Retry-After}), or 0. */
    public long retryAfterMillis() {
        return retryAfterMillis;
    }
}
