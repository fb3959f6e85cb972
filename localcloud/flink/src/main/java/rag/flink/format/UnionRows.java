package rag.flink.format;

import org.apache.flink.table.types.logical.RowType;
import rag.flink.UserException;

/** Rows that stand for a value of one of several types: a field for each of them. */
final class UnionRows {

    private UnionRows() {}

    /** The refusal of a row in which no field has a value, or more than one. */
    static UserException notOne(RowType row) {
        return new UserException(
                "A row of the union of " + String.join(", ", row.getFieldNames())
                        + " must have exactly one of them: set the others to NULL.");
    }
}
