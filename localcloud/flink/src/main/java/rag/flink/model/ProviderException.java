package rag.flink.model;

/** A failed call to a model's provider; the message is one sentence without secrets. */
final class ProviderException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean transientFault;
    private final long retryAfterMillis;

    ProviderException(String message, boolean transientFault, long retryAfterMillis) {
        super(message);
        this.transientFault = transientFault;
        this.retryAfterMillis = retryAfterMillis;
    }

    /** Whether the error is transient: an overload or an outage, not a refusal. */
    boolean isTransient() {
        return transientFault;
    }

    /** The wait that the provider asked for ({@code Retry-After}), or 0. */
    long retryAfterMillis() {
        return retryAfterMillis;
    }
}
