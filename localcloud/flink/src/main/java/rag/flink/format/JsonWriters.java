package rag.flink.format;

import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.ValueWriters;

/** Writes Flink's internal data as JSON in the mapping of {@link JsonSchemas}. */
final class JsonWriters extends ValueWriters {

    JsonWriters() {
        super(Form.OBJECTS);
    }

    @Override
    protected ValueWriter scalar(LogicalType type) {
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
            default:
                throw new IllegalArgumentException("no JSON form of " + type);
        }
    }

    /** Of a union the value of the one alternative that has one. */
    @Override
    protected ValueWriter row(RowType type) {
        if (!JsonUnions.isUnion(type)) {
            return super.row(type);
        }
        int count = type.getFieldCount();
        ValueWriter[] writers = new ValueWriter[count];
        RowData.FieldGetter[] getters = new RowData.FieldGetter[count];
        for (int i = 0; i < count; i++) {
            writers[i] = of(type.getTypeAt(i));
            getters[i] = RowData.createFieldGetter(type.getTypeAt(i), i);
        }
        return (out, value) -> {
            int used = -1;
            for (int i = 0; i < count; i++) {
                if (getters[i].getFieldOrNull((RowData) value) != null) {
                    UnionRows.requireOne(used < 0, type);
                    used = i;
                }
            }
            UnionRows.requireOne(used >= 0, type);
            writers[used].write(out, getters[used].getFieldOrNull((RowData) value));
        };
    }

    /** Without boxing, and a vector without an object for each of its hundreds of numbers: it is most of a record. */
    @Override
    protected ValueWriter array(LogicalType elementType) {
        if (!elementType.is(LogicalTypeRoot.FLOAT)) {
            return super.array(elementType);
        }
        return (out, value) -> {
            if (value instanceof GenericArrayData vector && vector.isPrimitiveArray()) {
                out.writeRawValue(new FloatsText(vector.toFloatArray()));
                return;
            }
            ArrayData array = (ArrayData) value;
            out.writeStartArray();
            for (int i = 0; i < array.size(); i++) {
                if (array.isNullAt(i)) {
                    out.writeNull();
                } else {
                    out.writeNumber(array.getFloat(i));
                }
            }
            out.writeEndArray();
        };
    }
}
