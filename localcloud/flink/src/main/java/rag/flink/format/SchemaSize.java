package rag.flink.format;

import rag.flink.UserException;

/**
 * Counts the types of a schema while it is read. References make a short text describe a tree without an end, or one that
 * doubles with each line.
 */
final class SchemaSize {

    static final int LARGEST = 10_000;
    static final int DEEPEST = 100;
    private int types;

    /** Takes account of one more type. */
    void add() {
        if (++types > LARGEST) {
            throw new UserException(
                    "The schema describes more than " + LARGEST
                            + " types, each use of a reference counted: a table cannot have that many columns.");
        }
    }
}
