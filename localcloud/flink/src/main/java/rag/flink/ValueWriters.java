package rag.flink;

import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonGenerator;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;

/** Writes Flink's internal data as JSON, by its type. Subclasses define how scalars are written. */
public abstract class ValueWriters implements Serializable {

    private static final String[] ENTRY = {"key", "value"};

    /** Writes one value, which may be {@code null}. */
    public interface ValueWriter extends Serializable {
        void write(JsonGenerator out, Object value) throws IOException;
    }

    /** How rows and map entries are written. */
    protected enum Form {
        /** A row is an object, a map with text keys too; an entry of another map is an object of key and value. */
        OBJECTS,
        /** A row is the list of its values, an entry of a map the list of key and value. */
        LISTS
    }

    private final Form form;

    protected ValueWriters(Form form) {
        this.form = form;
    }

    /** Returns the writer of a type without parts; the value that it gets is never {@code null}. */
    protected abstract ValueWriter scalar(LogicalType type);

    public final ValueWriter of(LogicalType type) {
        ValueWriter writer = notNull(type);
        return (out, value) -> {
            if (value == null) {
                out.writeNull();
            } else {
                writer.write(out, value);
            }
        };
    }

    private ValueWriter notNull(LogicalType type) {
        switch (type.getTypeRoot()) {
            case ARRAY:
                return array(((ArrayType) type).getElementType());
            case MAP:
                return map(((MapType) type).getKeyType(), ((MapType) type).getValueType());
            case MULTISET:
                return map(((MultisetType) type).getElementType(), new IntType(false));
            case ROW:
                return row((RowType) type);
            default:
                return scalar(type);
        }
    }

    /** Returns the writer of a row. */
    protected ValueWriter row(RowType type) {
        int count = type.getFieldCount();
        String[] names = type.getFieldNames().toArray(new String[0]);
        ValueWriter[] writers = new ValueWriter[count];
        RowData.FieldGetter[] getters = new RowData.FieldGetter[count];
        for (int i = 0; i < count; i++) {
            writers[i] = of(type.getTypeAt(i));
            getters[i] = RowData.createFieldGetter(type.getTypeAt(i), i);
        }
        return (out, value) -> {
            start(out, form);
            for (int i = 0; i < count; i++) {
                name(out, names[i]);
                writers[i].write(out, getters[i].getFieldOrNull((RowData) value));
            }
            end(out, form);
        };
    }

    /** Returns the writer of an array. */
    protected ValueWriter array(LogicalType elementType) {
        ValueWriter element = of(elementType);
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

    private ValueWriter map(LogicalType keyType, LogicalType valueType) {
        Form whole = form == Form.OBJECTS && keyType.is(LogicalTypeFamily.CHARACTER_STRING) ? Form.OBJECTS : Form.LISTS;
        ValueWriter keyWriter = of(keyType);
        ValueWriter valueWriter = of(valueType);
        ArrayData.ElementGetter keyGetter = ArrayData.createElementGetter(keyType);
        ArrayData.ElementGetter valueGetter = ArrayData.createElementGetter(valueType);
        return (out, value) -> {
            MapData map = (MapData) value;
            start(out, whole);
            for (int i = 0; i < map.size(); i++) {
                Object key = keyGetter.getElementOrNull(map.keyArray(), i);
                Object entryValue = valueGetter.getElementOrNull(map.valueArray(), i);
                if (whole == Form.OBJECTS) {
                    out.writeFieldName(String.valueOf(key));
                    valueWriter.write(out, entryValue);
                } else {
                    start(out, form);
                    name(out, ENTRY[0]);
                    keyWriter.write(out, key);
                    name(out, ENTRY[1]);
                    valueWriter.write(out, entryValue);
                    end(out, form);
                }
            }
            end(out, whole);
        };
    }

    private void name(JsonGenerator out, String name) throws IOException {
        if (form == Form.OBJECTS) {
            out.writeFieldName(name);
        }
    }

    private static void start(JsonGenerator out, Form form) throws IOException {
        if (form == Form.OBJECTS) {
            out.writeStartObject();
        } else {
            out.writeStartArray();
        }
    }

    private static void end(JsonGenerator out, Form form) throws IOException {
        if (form == Form.OBJECTS) {
            out.writeEndObject();
        } else {
            out.writeEndArray();
        }
    }
}
