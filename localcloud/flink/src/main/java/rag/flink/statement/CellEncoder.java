package rag.flink.statement;

import java.io.IOException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.HexFormat;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonGenerator;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/** Writes cells of results as Confluent's API does: every scalar a JSON string, lists for arrays, rows and maps. */
interface CellEncoder {

    /** Writes one cell, which may be {@code null}. */
    void encode(JsonGenerator out, Object value) throws IOException;

    static CellEncoder of(LogicalType type) {
        CellEncoder encoder = notNull(type);
        return (out, value) -> {
            if (value == null) {
                out.writeNull();
            } else {
                encoder.encode(out, value);
            }
        };
    }

    private static CellEncoder notNull(LogicalType type) {
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return (out, value) -> out.writeString((Boolean) value ? "TRUE" : "FALSE");
            case BINARY:
            case VARBINARY:
                return (out, value) -> out.writeString("x'" + HexFormat.of().formatHex((byte[]) value) + "'");
            case DECIMAL:
                return (out, value) -> out.writeString(((DecimalData) value).toBigDecimal().toPlainString());
            case DATE:
                return (out, value) -> out.writeString(LocalDate.ofEpochDay((Integer) value).toString());
            case TIME_WITHOUT_TIME_ZONE:
                int timePrecision = LogicalTypeChecks.getPrecision(type);
                return (out, value) -> out.writeString(time(LocalTime.ofNanoOfDay((Integer) value * 1_000_000L), timePrecision));
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                int precision = LogicalTypeChecks.getPrecision(type);
                return (out, value) -> {
                    LocalDateTime timestamp = ((TimestampData) value).toLocalDateTime();
                    out.writeString(timestamp.toLocalDate() + " " + time(timestamp.toLocalTime(), precision));
                };
            case INTERVAL_YEAR_MONTH:
                return (out, value) -> out.writeString(yearMonth((Integer) value));
            case INTERVAL_DAY_TIME:
                return (out, value) -> out.writeString(dayTime((Long) value));
            case ARRAY:
                return arrayEncoder(((ArrayType) type).getElementType());
            case MAP:
                return mapEncoder(((MapType) type).getKeyType(), ((MapType) type).getValueType());
            case MULTISET:
                return mapEncoder(((MultisetType) type).getElementType(), new IntType(false));
            case ROW:
                return rowEncoder((RowType) type);
            default:
                return (out, value) -> out.writeString(value.toString());
        }
    }

    /** A row as the list of its cells. */
    static CellEncoder rowEncoder(RowType type) {
        int count = type.getFieldCount();
        CellEncoder[] encoders = new CellEncoder[count];
        RowData.FieldGetter[] getters = new RowData.FieldGetter[count];
        for (int i = 0; i < count; i++) {
            encoders[i] = of(type.getTypeAt(i));
            getters[i] = RowData.createFieldGetter(type.getTypeAt(i), i);
        }
        return (out, value) -> {
            out.writeStartArray();
            for (int i = 0; i < count; i++) {
                encoders[i].encode(out, getters[i].getFieldOrNull((RowData) value));
            }
            out.writeEndArray();
        };
    }

    private static CellEncoder arrayEncoder(LogicalType elementType) {
        CellEncoder element = of(elementType);
        ArrayData.ElementGetter getter = ArrayData.createElementGetter(elementType);
        return (out, value) -> {
            ArrayData array = (ArrayData) value;
            out.writeStartArray();
            for (int i = 0; i < array.size(); i++) {
                element.encode(out, getter.getElementOrNull(array, i));
            }
            out.writeEndArray();
        };
    }

    private static CellEncoder mapEncoder(LogicalType keyType, LogicalType valueType) {
        CellEncoder key = of(keyType);
        CellEncoder entryValue = of(valueType);
        ArrayData.ElementGetter keyGetter = ArrayData.createElementGetter(keyType);
        ArrayData.ElementGetter valueGetter = ArrayData.createElementGetter(valueType);
        return (out, value) -> {
            MapData map = (MapData) value;
            ArrayData keys = map.keyArray();
            ArrayData values = map.valueArray();
            out.writeStartArray();
            for (int i = 0; i < map.size(); i++) {
                out.writeStartArray();
                key.encode(out, keyGetter.getElementOrNull(keys, i));
                entryValue.encode(out, valueGetter.getElementOrNull(values, i));
                out.writeEndArray();
            }
            out.writeEndArray();
        };
    }

    private static String time(LocalTime time, int precision) {
        String seconds = String.format("%02d:%02d:%02d", time.getHour(), time.getMinute(), time.getSecond());
        return precision == 0 ? seconds : seconds + "." + String.format("%09d", time.getNano()).substring(0, precision);
    }

    private static String yearMonth(int months) {
        int size = Math.abs(months);
        return String.format("%s%d-%02d", months < 0 ? "-" : "+", size / 12, size % 12);
    }

    private static String dayTime(long millis) {
        long size = Math.abs(millis);
        return String.format(
                "%s%d %02d:%02d:%02d.%06d",
                millis < 0 ? "-" : "+",
                size / 86_400_000,
                size / 3_600_000 % 24,
                size / 60_000 % 60,
                size / 1000 % 60,
                size % 1000 * 1000);
    }
}
