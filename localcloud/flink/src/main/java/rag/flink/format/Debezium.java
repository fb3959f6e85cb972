package rag.flink.format;

import java.util.List;
import java.util.Optional;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/** Debezium's envelope of a change event: the row before and after it, and the operation. */
public final class Debezium {

    static final String BEFORE = "before";
    static final String AFTER = "after";
    static final String OP = "op";

    private Debezium() {}

    /** The row that an envelope is about, empty for another type: Confluent knows an envelope by its three fields. */
    public static Optional<DataType> rowIn(DataType type) {
        if (!(type.getLogicalType() instanceof RowType row)
                || !row.getFieldNames().containsAll(List.of(BEFORE, AFTER, OP))) {
            return Optional.empty();
        }
        DataType after = DataType.getFieldDataTypes(type).get(row.getFieldIndex(AFTER));
        return after.getLogicalType() instanceof RowType ? Optional.of(after) : Optional.empty();
    }
}
