package rag.flink.catalog;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.types.RowKind;

/**
 * The header {@code op} of a record in a table whose {@code changelog.mode} is {@code retract}: one byte, 0 for +I, 1 for
 * -U, 2 for +U, 3 for -D (Confluent's CREATE TABLE, "Change type header"). A record without one adds a row.
 */
final class OpHeader {

    /** The metadata of Kafka's connector that holds a record's headers, and its type. */
    static final String HEADERS = "headers";

    static final DataType TYPE = DataTypes.MAP(DataTypes.STRING(), DataTypes.BYTES());

    private static final StringData NAME = StringData.fromString("op");

    private OpHeader() {}

    /** The headers of a record with that change; {@code given} are its other headers, or {@code null}. */
    static MapData write(RowKind change, MapData given) {
        if (change == RowKind.INSERT) {
            return given;
        }
        byte[] op = {change.toByteValue()};
        if (given == null) {
            return new GenericMapData(Map.of(NAME, op));
        }
        Map<StringData, byte[]> headers = new LinkedHashMap<>();
        ArrayData names = given.keyArray();
        for (int i = 0; i < given.size(); i++) {
            if (!names.isNullAt(i) && !given.valueArray().isNullAt(i)) {
                headers.put(names.getString(i), given.valueArray().getBinary(i));
            }
        }
        headers.put(NAME, op);
        return new GenericMapData(headers);
    }

    /** The change that a record makes to its table; an unknown value adds a row, as a missing header does. */
    static RowKind read(MapData headers) {
        ArrayData names = headers.keyArray();
        for (int i = headers.size() - 1; i >= 0; i--) {
            if (!names.isNullAt(i) && names.getString(i).equals(NAME) && !headers.valueArray().isNullAt(i)) {
                byte[] op = headers.valueArray().getBinary(i);
                return op.length == 1 && op[0] >= 0 && op[0] < RowKind.values().length
                        ? RowKind.fromByteValue(op[0])
                        : RowKind.INSERT;
            }
        }
        return RowKind.INSERT;
    }
}
