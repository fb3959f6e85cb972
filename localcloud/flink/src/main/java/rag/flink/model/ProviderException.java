package rag.flink.model;

/** A call to a model's provider that failed, told in one sentence that holds no secret. */
final class ProviderException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean transientFault;
    private final long retryAfterMillis;

    ProviderException(String message, boolean transientFault, long retryAfterMillis) {
        super(message);
        this.transientFault = transientFault;
        this.retryAfterMillis = retryAfterMillis;
    }

    /** Whether the same call may well succeed later: an overload or an outage, not a refusal. */
    boolean isTransient() {
        return transientFault;
    }

    /** How long the provider asked to wait, or 0. */
    long retryAfterMillis() {
        return retryAfterMillis;
    }
}
