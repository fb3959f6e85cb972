package rag.flink.format;

import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonGenerator;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;

/** Writes Flink's internal data as JSON in the mapping of {@link JsonSchemas}. */
final class JsonWriters {

    /** Writes one value, which may be {@code null}. */
    interface Writer extends Serializable {
        void write(JsonGenerator out, Object value) throws IOException;
    }

    private JsonWriters() {}

    static Writer writer(LogicalType type) {
        Writer writer = notNull(type);
        return (out, value) -> {
            if (value == null) {
                out.writeNull();
            } else {
                writer.write(out, value);
            }
        };
    }

    private static Writer notNull(LogicalType type) {
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return (out, value) -> out.writeBoolean((Boolean) value);
            case TINYINT:
            case SMALLINT:
            case INTEGER:
            case BIGINT:
            case DATE:
            case TIME_WITHOUT_TIME_ZONE:
                return (out, value) -> out.writeNumber(((Number) value).longValue());
            case FLOAT:
                return (out, value) -> out.writeNumber((float) (Float) value);
            case DOUBLE:
                return (out, value) -> out.writeNumber((double) (Double) value);
            case CHAR:
            case VARCHAR:
                return (out, value) -> out.writeString(value.toString());
            case BINARY:
            case VARBINARY:
                return (out, value) -> out.writeBinary((byte[]) value);
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return (out, value) -> out.writeNumber(((TimestampData) value).getMillisecond());
            case DECIMAL:
                return (out, value) -> out.writeNumber(((DecimalData) value).toBigDecimal());
            case ARRAY:
                return arrayWriter(((ArrayType) type).getElementType());
            case MAP:
                return mapWriter(((MapType) type).getKeyType(), ((MapType) type).getValueType());
            case MULTISET:
                return mapWriter(((MultisetType) type).getElementType(), new IntType(false));
            case ROW:
                return rowWriter((RowType) type);
            default:
                throw new IllegalArgumentException("no JSON form of " + type);
        }
    }

    private static Writer rowWriter(RowType type) {
        int count = type.getFieldCount();
        String[] names = type.getFieldNames().toArray(new String[0]);
        Writer[] writers = new Writer[count];
        RowData.FieldGetter[] getters = new RowData.FieldGetter[count];
        for (int i = 0; i < count; i++) {
            writers[i] = writer(type.getTypeAt(i));
            getters[i] = RowData.createFieldGetter(type.getTypeAt(i), i);
        }
        return (out, value) -> {
            RowData row = (RowData) value;
            out.writeStartObject();
            for (int i = 0; i < names.length; i++) {
                out.writeFieldName(names[i]);
                writers[i].write(out, getters[i].getFieldOrNull(row));
            }
            out.writeEndObject();
        };
    }

    private static Writer arrayWriter(LogicalType elementType) {
        Writer element = writer(elementType);
        ArrayData.ElementGetter getter = ArrayData.createElementGetter(elementType);
        return (out, value) -> {
            ArrayData array = (ArrayData) value;
            out.writeStartArray();
            for (int i = 0; i < array.size(); i++) {
                element.write(out, getter.getElementOrNull(array, i));
            }
            out.writeEndArray();
        };
    }

    private static Writer mapWriter(LogicalType keyType, LogicalType valueType) {
        boolean object = keyType.is(LogicalTypeFamily.CHARACTER_STRING);
        Writer keyWriter = writer(keyType);
        Writer valueWriter = writer(valueType);
        ArrayData.ElementGetter keyGetter = ArrayData.createElementGetter(keyType);
        ArrayData.ElementGetter valueGetter = ArrayData.createElementGetter(valueType);
        return (out, value) -> {
            MapData map = (MapData) value;
            ArrayData keys = map.keyArray();
            ArrayData values = map.valueArray();
            if (object) {
                out.writeStartObject();
            } else {
                out.writeStartArray();
            }
            for (int i = 0; i < map.size(); i++) {
                Object key = keyGetter.getElementOrNull(keys, i);
                if (object) {
                    out.writeFieldName(String.valueOf(key));
                } else {
                    out.writeStartObject();
                    out.writeFieldName("key");
                    keyWriter.write(out, key);
                    out.writeFieldName("value");
                }
                valueWriter.write(out, valueGetter.getElementOrNull(values, i));
                if (!object) {
                    out.writeEndObject();
                }
            }
            if (object) {
                out.writeEndObject();
            } else {
                out.writeEndArray();
            }
        };
    }
}
