package rag.flink.model;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import rag.flink.UserException;

/** A refusal that no restart of the job would change, such as a wrong API key: the statement fails at once. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class ModelException extends UserException {

    private static final long serialVersionUID = 1L;

    ModelException(String message) {
        super(message);
    }
}
