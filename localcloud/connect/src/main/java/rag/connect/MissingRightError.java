package rag.connect;

/**
 * The connector may not read a schema: its task ends.
 *
 * <p>An error, because Connect's tolerance (errors.tolerance) covers every exception of a converter, and a right that is
 * missing or late must not send a whole topic to the dead letters.
 */
final class MissingRightError extends Error {

    private static final long serialVersionUID = 1L;

    MissingRightError(String message) {
        super(message);
    }
}
