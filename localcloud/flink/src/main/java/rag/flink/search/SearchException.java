package rag.flink.search;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import rag.flink.UserException;

/** A refusal that no restart of the job would change, such as a wrong password: the statement fails at once. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class SearchException extends UserException {

    private static final long serialVersionUID = 1L;

    SearchException(String message) {
        super(message);
    }
}
