package rag.flink.faker;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import rag.flink.UserException;

/** Texts that Datafaker has made, as values of a column in Flink's internal form. */
final class TextValues {

    private TextValues() {}

    /** Whether a text can be a value of that type. */
    static boolean isServed(LogicalType type) {
        return switch (type.getTypeRoot()) {
            case CHAR, VARCHAR, BINARY, VARBINARY, BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, FLOAT, DOUBLE, DECIMAL, DATE,
                            TIME_WITHOUT_TIME_ZONE, TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
                    true;
            default -> false;
        };
    }

    static Object of(LogicalType type, String text, String column) {
        try {
            Object value = of(type, text);
            if (value != null) {
                return value;
            }
        } catch (RuntimeException e) { // of a parser, whose message has Java's words
            throw unfit(type, text, column);
        }
        throw unfit(type, text, column);
    }

    private static UserException unfit(LogicalType type, String text, String column) {
        return new UserException(
                "The expression of the column '" + column + "' has made '" + Expression.shortened(text) + "', which is no "
                        + type.copy(true).asSummaryString() + ".");
    }

    private static Object of(LogicalType type, String text) {
        return switch (type.getTypeRoot()) {
            case CHAR, VARCHAR -> StringData.fromString(text);
            case BINARY, VARBINARY -> text.getBytes(StandardCharsets.UTF_8);
            case BOOLEAN -> text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false") ? Boolean.valueOf(text) : null;
            case TINYINT -> new BigDecimal(text).byteValueExact();
            case SMALLINT -> new BigDecimal(text).shortValueExact();
            case INTEGER -> new BigDecimal(text).intValueExact();
            case BIGINT -> new BigDecimal(text).longValueExact();
            case FLOAT -> Float.valueOf(text);
            case DOUBLE -> Double.valueOf(text);
            case DECIMAL -> {
                DecimalType decimal = (DecimalType) type;
                yield DecimalData.fromBigDecimal(new BigDecimal(text), decimal.getPrecision(), decimal.getScale());
            }
            case DATE -> text.length() > "2000-01-01".length()
                    ? (int) LocalDate.ofInstant(instant(text), ZoneOffset.UTC).toEpochDay()
                    : (int) LocalDate.parse(text).toEpochDay();
            case TIME_WITHOUT_TIME_ZONE -> LocalTime.parse(text).get(ChronoField.MILLI_OF_DAY);
            case TIMESTAMP_WITHOUT_TIME_ZONE -> TimestampData.fromLocalDateTime(
                    LocalDateTime.ofInstant(instant(text), ZoneOffset.UTC));
            default -> TimestampData.fromInstant(instant(text));
        };
    }

    /** Datafaker writes times in the machine's zone, or with a {@code Z}. */
    private static Instant instant(String text) {
        return text.endsWith("Z") ? Instant.parse(text) : Timestamp.valueOf(text.replace('T', ' ')).toInstant();
    }
}
