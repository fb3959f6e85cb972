package rag.flink.format;

import java.math.BigDecimal;
import org.apache.flink.table.data.DecimalData;

/** Decimals of records: Flink's own conversion rounds what does not fit, or makes it null. */
final class Decimals {

    private Decimals() {}

    /** @throws IllegalArgumentException if the column's type cannot hold the number */
    static DecimalData of(BigDecimal number, int precision, int scale) {
        DecimalData fitting = DecimalData.fromBigDecimal(number, precision, scale);
        if (fitting == null || fitting.toBigDecimal().compareTo(number) != 0) {
            throw new IllegalArgumentException(
                    "'" + number.toPlainString() + "' does not fit into DECIMAL(" + precision + ", " + scale + ")");
        }
        return fitting;
    }
}
