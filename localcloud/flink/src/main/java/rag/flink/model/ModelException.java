package rag.flink.model;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import rag.flink.UserException;

/** A permanent error, such as a wrong API key: retries would not help, so the statement fails at once. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class ModelException extends UserException {

    private static final long serialVersionUID = 1L;

    ModelException(String message) {
        super(message);
    }
}
