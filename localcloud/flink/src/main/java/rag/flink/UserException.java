package rag.flink;

import org.apache.flink.table.api.ValidationException;

/**
 * A failure with a message for the user, shown unchanged: exceptions that Flink wraps around it are dropped.
 *
 * <p>A {@link ValidationException}, because catalogs and functions may throw only that during planning.
 */
public class UserException extends ValidationException {

    private static final long serialVersionUID = 1L;

    public UserException(String message) {
        super(message);
    }

    public UserException(String message, Throwable cause) {
        super(message, cause);
    }
}
