package rag.flink.catalog;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;

/** What is left of a changelog, by key. */
final class RemainingRows {

    private final RowDataSerializer rows;
    private final RowDataSerializer keys;
    private final RowData.FieldGetter[] key;
    private final boolean replaces;
    private final Map<BinaryRowData, Deque<BinaryRowData>> left = new LinkedHashMap<>();

    /**
     * @param key positions of the columns by which a row is found again
     * @param replaces whether a new row replaces the one of its key, without an {@code UPDATE_BEFORE}
     */
    RemainingRows(RowType type, int[] key, boolean replaces) {
        LogicalType[] types = Arrays.stream(key).mapToObj(type::getTypeAt).toArray(LogicalType[]::new);
        this.rows = new RowDataSerializer(type);
        this.keys = new RowDataSerializer(types);
        this.key = new RowData.FieldGetter[key.length];
        for (int i = 0; i < key.length; i++) {
            this.key[i] = RowData.createFieldGetter(types[i], key[i]);
        }
        this.replaces = replaces;
    }

    void apply(RowData change) {
        BinaryRowData of = keyOf(change);
        Deque<BinaryRowData> same = left.computeIfAbsent(of, none -> new ArrayDeque<>());
        RowKind kind = change.getRowKind();
        boolean adds = kind == RowKind.INSERT || kind == RowKind.UPDATE_AFTER;
        if (!adds || replaces) {
            same.pollLast();
        }
        if (adds) {
            change.setRowKind(RowKind.INSERT);
            same.add(rows.toBinaryRow(change).copy());
        }
        if (same.isEmpty()) {
            left.remove(of);
        }
    }

    Stream<BinaryRowData> rows() {
        return left.values().stream().flatMap(Collection::stream);
    }

    private BinaryRowData keyOf(RowData row) {
        GenericRowData fields = new GenericRowData(key.length);
        for (int i = 0; i < key.length; i++) {
            fields.setField(i, key[i].getFieldOrNull(row));
        }
        return keys.toBinaryRow(fields).copy();
    }
}
