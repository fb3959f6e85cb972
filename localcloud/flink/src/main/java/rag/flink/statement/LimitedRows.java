package rag.flink.statement;

import java.util.NoSuchElementException;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.CloseableIterator;

/**
 * The first rows of an append-only result. After the last one it notifies its owner, which ends the job: Flink itself
 * would continue to read an endless source after its {@code LIMIT} has been reached.
 */
final class LimitedRows implements CloseableIterator<RowData> {

    private final CloseableIterator<RowData> rows;
    private final Runnable reached;
    private long left;

    LimitedRows(CloseableIterator<RowData> rows, long limit, Runnable reached) {
        this.rows = rows;
        this.left = limit;
        this.reached = reached;
    }

    @Override
    public boolean hasNext() {
        if (left == 0) {
            left = -1;
            reached.run();
        }
        return left > 0 && rows.hasNext();
    }

    @Override
    public RowData next() {
        if (left <= 0) {
            throw new NoSuchElementException();
        }
        RowData row = rows.next();
        left--;
        return row;
    }

    @Override
    public void close() throws Exception {
        rows.close();
    }
}
