package rag.flink.format;

import rag.flink.UserException;

/**
 * Counts the types of a schema while it is read, and limits them: with references, a short text can describe an endless
 * tree, or one that doubles with each line.
 */
final class SchemaSize {

    static final int LARGEST = 10_000;
    static final int DEEPEST = 100;
    private int types;

    /** Counts one more type; an exception if there are too many. */
    void add() {
        if (++types > LARGEST) {
            throw new UserException(
                    "The schema describes more than " + LARGEST
                            + " types, each use of a reference counted: a table cannot have that many columns.");
        }
    }

    static UserException tooDeep() {
        return new UserException(
                "The JSON schema is nested more than " + DEEPEST
                        + " levels deep, or refers to itself: a table cannot have such a column.");
    }
}
