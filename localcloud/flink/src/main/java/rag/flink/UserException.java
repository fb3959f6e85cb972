package rag.flink;

import org.apache.flink.table.api.ValidationException;

/**
 * A failure whose message is written for the user, shown as it is: whatever Flink wraps around it is dropped.
 *
 * <p>A {@link ValidationException}, since that is what catalogs and functions may throw while a statement is planned.
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
