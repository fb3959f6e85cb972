package rag.flink.catalog;

import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** Emits what is left of a changelog at its end; until then it is in memory. */
final class FinalRows extends AbstractStreamOperator<RowData>
        implements OneInputStreamOperator<RowData, RowData>, BoundedOneInput {

    private static final long serialVersionUID = 1L;

    private final RowType type;
    private final int[] key;
    private final boolean replaces;
    private transient RemainingRows remaining;

    FinalRows(RowType type, int[] key, boolean replaces) {
        this.type = type;
        this.key = key;
        this.replaces = replaces;
    }

    @Override
    public void open() throws Exception {
        super.open();
        remaining = new RemainingRows(type, key, replaces);
    }

    @Override
    public void processElement(StreamRecord<RowData> element) {
        remaining.apply(element.getValue());
    }

    @Override
    public void endInput() {
        remaining.rows().forEach(row -> output.collect(new StreamRecord<>(row)));
    }
}
