package rag.flink.format;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BinaryType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.CharType;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.FloatType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.SmallIntType;
import org.apache.flink.table.types.logical.TimeType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.TinyIntType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/** Random columns of every type that a record can hold, and random values of them. */
final class AnyTable {

    private static final int DEEPEST = 3;
    private static final int SCALARS = 16;
    private static final int NESTED = 4;

    private final Random random;
    private final int precision;

    private AnyTable(Random random, int precision) {
        this.random = random;
        this.precision = precision;
    }

    /** @param precision most digits of a moment's second */
    static RowType row(Random random, int precision) {
        return (RowType) new AnyTable(random, precision).row(0).copy(false);
    }

    private RowType row(int depth) {
        List<RowType.RowField> fields = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            fields.add(new RowType.RowField("f" + fields.size(), any(depth + 1)));
        }
        return new RowType(random.nextBoolean(), fields);
    }

    private LogicalType any(int depth) {
        boolean nullable = random.nextBoolean();
        int length = 1 + random.nextInt(9);
        switch (random.nextInt(depth > DEEPEST ? SCALARS : SCALARS + NESTED)) {
            case 0:
                return new BooleanType(nullable);
            case 1:
                return new TinyIntType(nullable);
            case 2:
                return new SmallIntType(nullable);
            case 3:
                return new IntType(nullable);
            case 4:
                return new BigIntType(nullable);
            case 5:
                return new FloatType(nullable);
            case 6:
                return new DoubleType(nullable);
            case 7:
                return new CharType(nullable, length);
            case 8:
                return new VarCharType(nullable, random.nextBoolean() ? length : VarCharType.MAX_LENGTH);
            case 9:
                return new BinaryType(nullable, length);
            case 10:
                return new VarBinaryType(nullable, random.nextBoolean() ? length : VarBinaryType.MAX_LENGTH);
            case 11:
                return new DateType(nullable);
            case 12:
                return new TimeType(nullable, random.nextInt(4));
            case 13:
                return new TimestampType(nullable, random.nextInt(precision + 1));
            case 14:
                return new LocalZonedTimestampType(nullable, random.nextInt(precision + 1));
            case 15:
                int digits = 1 + random.nextInt(38);
                return new DecimalType(nullable, digits, random.nextInt(digits + 1));
            case 16:
                return new ArrayType(nullable, any(depth + 1));
            case 17:
                return new MapType(nullable, key(), any(depth + 1));
            case 18:
                return new MultisetType(nullable, key());
            default:
                return row(depth);
        }
    }

    private LogicalType key() {
        return random.nextBoolean() ? new VarCharType(false, VarCharType.MAX_LENGTH) : new BigIntType(false);
    }

    static Object value(LogicalType type, Random random) {
        if (type.isNullable() && random.nextInt(4) == 0) {
            return null;
        }
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return random.nextBoolean();
            case TINYINT:
                return (byte) random.nextInt();
            case SMALLINT:
                return (short) random.nextInt();
            case INTEGER:
            case DATE:
                return random.nextInt();
            case BIGINT:
                return random.nextLong();
            case FLOAT:
                return random.nextFloat();
            case DOUBLE:
                return random.nextDouble();
            case CHAR:
            case VARCHAR:
                return StringData.fromString("é" + random.nextInt());
            case BINARY:
                return bytes(random, ((BinaryType) type).getLength());
            case VARBINARY:
                return bytes(random, random.nextInt(9));
            case TIME_WITHOUT_TIME_ZONE:
                return random.nextInt(86_400_000);
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                int micros = LogicalTypeChecks.getPrecision(type) > 3 ? random.nextInt(1000) : 0;
                return TimestampData.fromEpochMillis(random.nextInt() * 7919L, micros * 1000);
            case DECIMAL:
                DecimalType decimal = (DecimalType) type;
                BigInteger most = BigInteger.TEN.pow(decimal.getPrecision());
                BigInteger unscaled = new BigInteger(150, random).mod(most);
                return DecimalData.fromBigDecimal(
                        new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), decimal.getScale()),
                        decimal.getPrecision(),
                        decimal.getScale());
            case ARRAY:
                Object[] elements = new Object[random.nextInt(4)];
                for (int i = 0; i < elements.length; i++) {
                    elements[i] = value(((ArrayType) type).getElementType(), random);
                }
                return new GenericArrayData(elements);
            case MAP:
                return map(((MapType) type).getKeyType(), ((MapType) type).getValueType(), random);
            case MULTISET:
                return map(((MultisetType) type).getElementType(), new IntType(false), random);
            default:
                RowType row = (RowType) type;
                GenericRowData fields = new GenericRowData(row.getFieldCount());
                for (int i = 0; i < row.getFieldCount(); i++) {
                    fields.setField(i, value(row.getTypeAt(i), random));
                }
                return fields;
        }
    }

    private static GenericMapData map(LogicalType key, LogicalType value, Random random) {
        Map<Object, Object> entries = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            entries.put(value(key, random), value(value, random));
        }
        return new GenericMapData(entries);
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
