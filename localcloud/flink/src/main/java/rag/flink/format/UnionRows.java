package rag.flink.format;

import org.apache.flink.table.types.logical.RowType;
import rag.flink.UserException;

/** Rows that stand for a value of one of several types: a field for each of them. */
final class UnionRows {

    private UnionRows() {}

    /** Refuses a row in which no field has a value, or more than one. */
    static void requireOne(boolean isOne, RowType row) {
        if (!isOne) {
            throw new UserException(
                    "A row of the union of " + String.join(", ", row.getFieldNames())
                            + " must have exactly one of them: set the others to NULL.");
        }
    }
}
