package rag.flink.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;

class FoldedRowsTest {

    @Test
    void whatWasRetractedIsGoneAndTheRestIsInserted() {
        List<RowData> changelog =
                List.of(
                        GenericRowData.ofKind(RowKind.INSERT, 1),
                        GenericRowData.ofKind(RowKind.INSERT, 5),
                        GenericRowData.ofKind(RowKind.UPDATE_BEFORE, 1),
                        GenericRowData.ofKind(RowKind.UPDATE_AFTER, 2),
                        GenericRowData.ofKind(RowKind.INSERT, 5),
                        GenericRowData.ofKind(RowKind.DELETE, 2));
        FoldedRows folded =
                new FoldedRows(CloseableIterator.adapterForIterator(changelog.iterator()), RowType.of(new IntType()));
        List<Integer> left = new ArrayList<>();
        folded.forEachRemaining(
                row -> {
                    assertEquals(RowKind.INSERT, row.getRowKind());
                    left.add(row.getInt(0));
                });
        assertEquals(List.of(5, 5), left);
    }
}
