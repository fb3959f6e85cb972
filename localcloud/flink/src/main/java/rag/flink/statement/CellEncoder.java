package rag.flink.statement;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.HexFormat;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import rag.flink.ValueWriters;

/** Writes cells of results as Confluent's API does: scalars as JSON strings; arrays, rows and maps as lists. */
final class CellEncoder extends ValueWriters {

    CellEncoder() {
        super(Form.LISTS);
    }

    @Override
    protected ValueWriter scalar(LogicalType type) {
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
            default:
                return (out, value) -> out.writeString(value.toString());
        }
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
