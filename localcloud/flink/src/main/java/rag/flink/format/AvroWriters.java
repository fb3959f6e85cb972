package rag.flink.format;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.util.Utf8;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.UserException;

/** Writes Flink's internal data as Avro's generic data, by type and registered schema ({@link AvroReaders} reversed). */
final class AvroWriters {

    private static final long MICROS_PER_MILLI = 1000;
    private static final int NANOS_PER_MICRO = 1000;

    /** Writes one value, which may be {@code null}. */
    interface Writer {
        Object write(Object value);
    }

    private AvroWriters() {}

    /** The writer of a table's rows: into a record, a union's member, or a single value without a name. */
    static Writer ofRow(RowType row, Schema schema) {
        List<Schema> members = AvroAnnotations.members(schema);
        if (members.size() > 1) {
            return unionWriter(row, schema, members);
        }
        if (members.get(0).getType() == Schema.Type.RECORD) {
            return rowWriter(row, members.get(0));
        }
        Writer single = of(row.getTypeAt(0), schema);
        RowData.FieldGetter getter = RowData.createFieldGetter(row.getTypeAt(0), 0);
        return value -> single.write(getter.getFieldOrNull((RowData) value));
    }

    private static Writer of(LogicalType type, Schema schema) {
        List<Schema> members = AvroAnnotations.members(schema);
        Writer writer =
                members.size() > 1 ? unionWriter((RowType) type, schema, members) : notNull(type, members.get(0));
        return value -> value == null ? null : writer.write(value);
    }

    private static Writer notNull(LogicalType type, Schema schema) {
        switch (type.getTypeRoot()) {
            case TINYINT:
            case SMALLINT:
                return value -> ((Number) value).intValue();
            case CHAR:
            case VARCHAR:
                return schema.getType() == Schema.Type.ENUM
                        ? value -> symbol(value.toString(), schema)
                        : value -> new Utf8(((StringData) value).toBytes());
            case BINARY:
            case VARBINARY:
                return schema.getType() == Schema.Type.FIXED
                        ? value -> fixed((byte[]) value, schema, (byte) 0, false)
                        : value -> ByteBuffer.wrap((byte[]) value);
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return AvroSchemaReader.logicalType(schema).endsWith("micros")
                        ? value -> toMicros((TimestampData) value)
                        : value -> ((TimestampData) value).getMillisecond();
            case DECIMAL:
                return value -> decimal((DecimalData) value, schema);
            case ARRAY:
                return arrayWriter(((ArrayType) type).getElementType(), schema);
            case MAP:
                return mapWriter(((MapType) type).getKeyType(), ((MapType) type).getValueType(), schema);
            case MULTISET:
                return mapWriter(((MultisetType) type).getElementType(), new IntType(false), schema);
            case ROW:
                return rowWriter((RowType) type, schema);
            default:
                return value -> value;
        }
    }

    /** Fields of the schema that are no columns get their defaults. */
    private static Writer rowWriter(RowType row, Schema schema) {
        int count = row.getFieldCount();
        Schema.Field[] fields = new Schema.Field[count];
        Writer[] writers = new Writer[count];
        RowData.FieldGetter[] getters = new RowData.FieldGetter[count];
        for (int i = 0; i < count; i++) {
            fields[i] = AvroSchemas.field(schema, row.getFieldNames().get(i));
            writers[i] = of(row.getTypeAt(i), fields[i].schema());
            getters[i] = RowData.createFieldGetter(row.getTypeAt(i), i);
        }
        List<Schema.Field> others = new ArrayList<>(schema.getFields());
        others.removeAll(Arrays.asList(fields));
        others.removeIf(field -> !field.hasDefaultValue());
        return value -> {
            GenericData.Record record = new GenericData.Record(schema);
            for (int i = 0; i < count; i++) {
                record.put(fields[i].pos(), writers[i].write(getters[i].getFieldOrNull((RowData) value)));
            }
            others.forEach(field -> record.put(field.pos(), GenericData.get().getDefaultValue(field)));
            return record;
        };
    }

    private static Writer unionWriter(RowType row, Schema union, List<Schema> members) {
        int count = row.getFieldCount();
        Writer[] writers = new Writer[count];
        RowData.FieldGetter[] getters = new RowData.FieldGetter[count];
        for (Schema member : members) {
            int i = row.getFieldIndex(AvroAnnotations.fieldName(member, members));
            writers[i] = of(row.getTypeAt(i), member);
            getters[i] = RowData.createFieldGetter(row.getTypeAt(i), i);
        }
        boolean nullable = AvroAnnotations.isNullable(union);
        return value -> {
            Object written = null;
            for (int i = 0; i < count; i++) {
                Object member = getters[i].getFieldOrNull((RowData) value);
                if (member != null) {
                    UnionRows.requireOne(written == null, row);
                    written = writers[i].write(member);
                }
            }
            UnionRows.requireOne(written != null || nullable, row);
            return written;
        };
    }

    private static Writer arrayWriter(LogicalType elementType, Schema schema) {
        Writer element = of(elementType, schema.getElementType());
        ArrayData.ElementGetter getter = ArrayData.createElementGetter(elementType);
        return value -> {
            ArrayData array = (ArrayData) value;
            List<Object> elements = new ArrayList<>(array.size());
            for (int i = 0; i < array.size(); i++) {
                elements.add(element.write(getter.getElementOrNull(array, i)));
            }
            return elements;
        };
    }

    private static Writer mapWriter(LogicalType keyType, LogicalType valueType, Schema schema) {
        ArrayData.ElementGetter keys = ArrayData.createElementGetter(keyType);
        ArrayData.ElementGetter values = ArrayData.createElementGetter(valueType);
        if (schema.getType() == Schema.Type.MAP) {
            Writer one = of(valueType, schema.getValueType());
            return value -> {
                MapData map = (MapData) value;
                Map<Utf8, Object> written = new LinkedHashMap<>();
                for (int i = 0; i < map.size(); i++) {
                    Object key = keys.getElementOrNull(map.keyArray(), i);
                    if (key == null) {
                        throw new UserException("A map with text as its keys has the key NULL, which Avro cannot store.");
                    }
                    written.put(
                            new Utf8(((StringData) key).toBytes()),
                            one.write(values.getElementOrNull(map.valueArray(), i)));
                }
                return written;
            };
        }
        Schema entry = schema.getElementType();
        Writer key = of(keyType, entry.getField(AvroAnnotations.KEY).schema());
        Writer one = of(valueType, entry.getField(AvroAnnotations.VALUE).schema());
        return value -> {
            MapData map = (MapData) value;
            List<Object> written = new ArrayList<>(map.size());
            for (int i = 0; i < map.size(); i++) {
                GenericData.Record record = new GenericData.Record(entry);
                record.put(AvroAnnotations.KEY, key.write(keys.getElementOrNull(map.keyArray(), i)));
                record.put(AvroAnnotations.VALUE, one.write(values.getElementOrNull(map.valueArray(), i)));
                written.add(record);
            }
            return written;
        };
    }

    private static GenericData.EnumSymbol symbol(String text, Schema schema) {
        if (!schema.hasEnumSymbol(text)) {
            throw new UserException(
                    "'" + text + "' is not one of the values of the Avro enum '" + schema.getName() + "': "
                            + String.join(", ", schema.getEnumSymbols()) + ".");
        }
        return new GenericData.EnumSymbol(schema, text);
    }

    private static Object decimal(DecimalData value, Schema schema) {
        byte[] unscaled = value.toUnscaledBytes();
        if (schema.getType() != Schema.Type.FIXED) {
            return ByteBuffer.wrap(unscaled);
        }
        byte sign = (byte) (new BigInteger(unscaled).signum() < 0 ? -1 : 0);
        return fixed(unscaled, schema, sign, true);
    }

    /** @param inFront whether missing bytes are added in front, as in a number, or at the end */
    private static GenericData.Fixed fixed(byte[] bytes, Schema schema, byte padding, boolean inFront) {
        int missing = schema.getFixedSize() - bytes.length;
        if (missing < 0) {
            throw new UserException(
                    "A value of " + bytes.length + " bytes does not fit into the Avro type '" + schema.getName()
                            + "' of " + schema.getFixedSize() + ".");
        }
        byte[] padded = new byte[schema.getFixedSize()];
        Arrays.fill(padded, padding);
        System.arraycopy(bytes, 0, padded, inFront ? missing : 0, bytes.length);
        return new GenericData.Fixed(schema, padded);
    }

    private static long toMicros(TimestampData value) {
        return Math.addExact(
                Math.multiplyExact(value.getMillisecond(), MICROS_PER_MILLI),
                value.getNanoOfMillisecond() / NANOS_PER_MICRO);
    }
}
