package rag.flink.format;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.util.Utf8;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;

/** Reads Avro's generic data into Flink's internal data, by schema and type ({@link AvroSchemaReader}). */
final class AvroReaders {

    private static final int MICROS_PER_MILLI = 1000;
    private static final int NANOS_PER_MICRO = 1000;

    /** Reads one value, which may be {@code null}. */
    interface Reader {
        Object read(Object value);
    }

    private AvroReaders() {}

    /** The reader of a table's rows: of a record, of a union's members, or of a single value without a name. */
    static Reader ofRow(Schema schema, RowType row) {
        List<Schema> members = AvroAnnotations.members(schema);
        if (members.size() > 1) {
            return unionReader(schema, members, row);
        }
        if (members.get(0).getType() == Schema.Type.RECORD) {
            return rowReader(members.get(0), row);
        }
        Reader single = of(schema, row.getTypeAt(0));
        return value -> GenericRowData.of(single.read(value));
    }

    private static Reader of(Schema schema, LogicalType type) {
        List<Schema> members = AvroAnnotations.members(schema);
        Reader reader =
                members.size() > 1 ? unionReader(schema, members, (RowType) type) : notNull(members.get(0), type);
        return value -> value == null ? null : reader.read(value);
    }

    private static Reader notNull(Schema schema, LogicalType type) {
        switch (type.getTypeRoot()) {
            case TINYINT:
                return value -> (byte) within((Integer) value, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case SMALLINT:
                return value -> (short) within((Integer) value, Short.MIN_VALUE, Short.MAX_VALUE);
            case CHAR:
            case VARCHAR:
                return AvroReaders::text;
            case BINARY:
            case VARBINARY:
                return AvroReaders::bytes;
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return AvroSchemaReader.logicalType(schema).endsWith("micros")
                        ? value -> ofMicros((Long) value)
                        : value -> TimestampData.fromEpochMillis((Long) value);
            case DECIMAL:
                int scale = ((DecimalType) type).getScale();
                int precision = ((DecimalType) type).getPrecision();
                return value -> Decimals.of(new BigDecimal(new BigInteger(bytes(value)), scale), precision, scale);
            case ARRAY:
                return arrayReader(of(schema.getElementType(), ((ArrayType) type).getElementType()));
            case MAP:
                return mapReader(schema, ((MapType) type).getKeyType(), ((MapType) type).getValueType());
            case MULTISET:
                return mapReader(schema, ((MultisetType) type).getElementType(), new IntType(false));
            case ROW:
                return rowReader(schema, (RowType) type);
            default:
                return value -> value;
        }
    }

    private static Reader rowReader(Schema schema, RowType row) {
        int count = row.getFieldCount();
        int[] positions = new int[count];
        Reader[] readers = new Reader[count];
        for (int i = 0; i < count; i++) {
            Schema.Field field = AvroSchemas.field(schema, row.getFieldNames().get(i));
            positions[i] = field.pos();
            readers[i] = of(field.schema(), row.getTypeAt(i));
        }
        return value -> {
            IndexedRecord record = (IndexedRecord) value;
            GenericRowData read = new GenericRowData(count);
            for (int i = 0; i < count; i++) {
                read.setField(i, readers[i].read(record.get(positions[i])));
            }
            return read;
        };
    }

    /** A row of which the field of the value's own type has it, and the others are null; all are null without a value. */
    private static Reader unionReader(Schema union, List<Schema> members, RowType row) {
        int[] positions = new int[union.getTypes().size()];
        Reader[] readers = new Reader[positions.length];
        for (int branch = 0; branch < positions.length; branch++) {
            Schema member = union.getTypes().get(branch);
            positions[branch] =
                    member.getType() == Schema.Type.NULL
                            ? -1
                            : row.getFieldIndex(AvroAnnotations.fieldName(member, members));
            readers[branch] =
                    positions[branch] < 0 ? null : of(member, row.getTypeAt(positions[branch]));
        }
        return value -> {
            GenericRowData read = new GenericRowData(row.getFieldCount());
            int branch = GenericData.get().resolveUnion(union, value);
            if (positions[branch] >= 0) {
                read.setField(positions[branch], readers[branch].read(value));
            }
            return read;
        };
    }

    private static Reader arrayReader(Reader element) {
        return value -> {
            Collection<?> given = (Collection<?>) value;
            Object[] elements = new Object[given.size()];
            int next = 0;
            for (Object one : given) {
                elements[next++] = element.read(one);
            }
            return new GenericArrayData(elements);
        };
    }

    private static Reader mapReader(Schema schema, LogicalType keyType, LogicalType valueType) {
        if (keyType.is(LogicalTypeFamily.CHARACTER_STRING) && schema.getType() == Schema.Type.MAP) {
            Reader entryValue = of(schema.getValueType(), valueType);
            return value -> {
                Map<Object, Object> map = new LinkedHashMap<>();
                ((Map<?, ?>) value).forEach((key, one) -> map.put(text(key), entryValue.read(one)));
                return new GenericMapData(map);
            };
        }
        Schema.Field keyField = schema.getElementType().getField(AvroAnnotations.KEY);
        Schema.Field valueField = schema.getElementType().getField(AvroAnnotations.VALUE);
        Reader entryKey = of(keyField.schema(), keyType);
        Reader entryValue = of(valueField.schema(), valueType);
        return value -> {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (Object one : (Collection<?>) value) {
                IndexedRecord entry = (IndexedRecord) one;
                map.put(entryKey.read(entry.get(keyField.pos())), entryValue.read(entry.get(valueField.pos())));
            }
            return new GenericMapData(map);
        };
    }

    private static StringData text(Object value) {
        return value instanceof Utf8 utf8
                ? StringData.fromBytes(utf8.getBytes(), 0, utf8.getByteLength())
                : StringData.fromString(value.toString());
    }

    private static byte[] bytes(Object value) {
        if (value instanceof GenericFixed fixed) {
            return fixed.bytes();
        }
        ByteBuffer buffer = ((ByteBuffer) value).duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static TimestampData ofMicros(long micros) {
        return TimestampData.fromEpochMillis(
                Math.floorDiv(micros, MICROS_PER_MILLI),
                (int) Math.floorMod(micros, (long) MICROS_PER_MILLI) * NANOS_PER_MICRO);
    }

    private static int within(int value, int minimum, int maximum) {
        if (value < minimum || value > maximum) {
            throw new IllegalArgumentException("'" + value + "' is out of range");
        }
        return value;
    }
}
