package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

class RemainingRowsTest {

    private static final RowType TYPE = RowType.of(new IntType(), new IntType(), new BigIntType());

    private static RowData row(RowKind kind, Integer key, Integer value, long time) {
        return GenericRowData.ofKind(kind, key, value, time);
    }

    private static List<List<Object>> left(int[] key, boolean replaces, RowData... changes) {
        RemainingRows rows = new RemainingRows(TYPE, key, replaces);
        for (RowData change : changes) {
            rows.apply(change);
        }
        return rows.rows()
                .map(row -> List.<Object>of(row.getRowKind(), row.getInt(0), row.getInt(1), row.getLong(2)))
                .toList();
    }

    @Test
    void theLastRowOfAKeyIsLeft() {
        assertEquals(
                List.of(List.of(RowKind.INSERT, 1, 12, 3L)),
                left(
                        new int[] {0}, true,
                        row(RowKind.UPDATE_AFTER, 1, 11, 1), row(RowKind.UPDATE_AFTER, 2, 21, 2),
                        row(RowKind.UPDATE_AFTER, 1, 12, 3), row(RowKind.DELETE, 2, null, 4)));
    }

    @Test
    void aRowIsTakenBackByItsContent() {
        assertEquals(
                List.of(List.of(RowKind.INSERT, 1, 11, 1L), List.of(RowKind.INSERT, 1, 11, 4L)),
                left(
                        new int[] {0, 1}, false,
                        row(RowKind.INSERT, 1, 11, 1), row(RowKind.INSERT, 2, 21, 2),
                        row(RowKind.UPDATE_BEFORE, 2, 21, 3), row(RowKind.UPDATE_AFTER, 1, 11, 4)));
    }

    @Test
    void alsoARowThatIsReadAsInsertedReplacesTheOneBefore() {
        assertEquals(
                List.of(List.of(RowKind.INSERT, 1, 12, 2L)),
                left(new int[] {0}, true, row(RowKind.INSERT, 1, 11, 1), row(RowKind.INSERT, 1, 12, 2)));
    }

    @Test
    void aKeyMayBeNull() {
        RemainingRows rows = new RemainingRows(TYPE, new int[] {0}, false);
        rows.apply(row(RowKind.INSERT, null, 1, 1));
        rows.apply(row(RowKind.DELETE, null, 1, 2));
        assertEquals(0, rows.rows().count());
    }

    @Test
    void whatIsTakenBackWithoutHavingBeenThereIsNothing() {
        assertEquals(List.of(), left(new int[] {0}, true, row(RowKind.DELETE, 1, 11, 1)));
    }
}
