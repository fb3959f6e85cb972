package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

class OpHeaderTest {

    private static final StringData OP = StringData.fromString("op");
    private static final StringData OTHER = StringData.fromString("trace");

    @Test
    void aChangeIsOneByteAndAnInsertionNone() {
        assertNull(OpHeader.write(RowKind.INSERT, null));
        for (RowKind change : new RowKind[] {RowKind.UPDATE_BEFORE, RowKind.UPDATE_AFTER, RowKind.DELETE}) {
            GenericMapData headers = (GenericMapData) OpHeader.write(change, null);
            assertArrayEquals(new byte[] {change.toByteValue()}, (byte[]) headers.get(OP));
            assertEquals(change, OpHeader.read(headers));
        }
    }

    @Test
    void otherHeadersAreKept() {
        GenericMapData given = new GenericMapData(Map.of(OTHER, new byte[] {7}, OP, new byte[] {9}));
        assertEquals(given, OpHeader.write(RowKind.INSERT, given));
        GenericMapData headers = (GenericMapData) OpHeader.write(RowKind.DELETE, given);
        assertArrayEquals(new byte[] {7}, (byte[]) headers.get(OTHER));
        assertEquals(RowKind.DELETE, OpHeader.read(headers));
    }

    @Test
    void whatIsNoChangeAddsARow() {
        assertEquals(RowKind.INSERT, OpHeader.read(new GenericMapData(Map.of())));
        for (byte[] op : new byte[][] {{}, {0}, {4}, {-1}, {1, 1}}) {
            assertEquals(RowKind.INSERT, OpHeader.read(new GenericMapData(Map.of(OP, op))));
        }
    }

    @Test
    void aRowAndItsRetractionMeetInOnePartition() {
        int[] partitions = {3, 4, 5};
        ValuePartitioner partitioner = new ValuePartitioner();
        boolean[] used = new boolean[6];
        for (byte number = 0; number < 100; number++) {
            byte[] value = {number, 1};
            int partition = partitioner.partition(null, null, value, "t", partitions);
            assertEquals(partition, partitioner.partition(null, null, value.clone(), "t", partitions));
            used[partition] = true;
        }
        assertArrayEquals(new boolean[] {false, false, false, true, true, true}, used);
    }
}
