package rag.flink.statement;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;

/**
 * The final rows of a bounded changelog.
 *
 * <p>Confluent's snapshot queries return plain rows, and clients read them only when the statement has completed. So the
 * whole changelog is collected, and retracted rows are removed before the first row is returned.
 */
final class FoldedRows implements CloseableIterator<RowData> {

    private final CloseableIterator<RowData> changelog;
    private final RowDataSerializer serializer;
    private Iterator<RowData> folded;

    FoldedRows(CloseableIterator<RowData> changelog, RowType type) {
        this.changelog = changelog;
        this.serializer = new RowDataSerializer(type);
    }

    @Override
    public boolean hasNext() {
        if (folded == null) {
            folded = fold();
        }
        return folded.hasNext();
    }

    @Override
    public RowData next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return folded.next();
    }

    private Iterator<RowData> fold() {
        Map<BinaryRowData, Integer> counts = new LinkedHashMap<>();
        while (changelog.hasNext()) {
            RowData row = changelog.next();
            boolean adds = row.getRowKind() == RowKind.INSERT || row.getRowKind() == RowKind.UPDATE_AFTER;
            row.setRowKind(RowKind.INSERT);
            BinaryRowData key = serializer.toBinaryRow(row).copy();
            counts.merge(key, adds ? 1 : -1, (before, change) -> before + change == 0 ? null : before + change);
        }
        return counts.entrySet().stream()
                .flatMap(entry -> Stream.generate(entry::getKey).limit(Math.max(0, entry.getValue())))
                .map(RowData.class::cast)
                .iterator();
    }

    @Override
    public void close() throws Exception {
        changelog.close();
    }
}
