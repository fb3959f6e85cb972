package rag.flink.format;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.flink.formats.avro.typeutils.AvroSchemaConverter;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;
import rag.flink.UserException;

/** Avro schemas and Flink's types, as flink-avro maps them (without its legacy reading of timestamps). */
public final class AvroSchemas {

    private static final String NAMESPACE = "org.apache.flink.avro.generated.record";

    private AvroSchemas() {}

    public static String schemaOf(RowType row, String name) {
        try {
            String record = NAMESPACE + "." + name.replaceAll("[^A-Za-z0-9_]", "_");
            return AvroSchemaConverter.convertToSchema(row.copy(false), record, false).toString();
        } catch (AvroRuntimeException | UnsupportedOperationException | IllegalArgumentException e) {
            throw new UserException("The columns cannot be stored in an Avro schema: " + e.getMessage(), e);
        }
    }

    public static DataType rowOf(String schema) {
        try {
            requireColumns(new Schema.Parser().parse(schema));
            DataType type = AvroSchemaConverter.convertToDataType(schema, false);
            if (type.getLogicalType() instanceof RowType) {
                return type.notNull();
            }
        } catch (AvroRuntimeException | UnsupportedOperationException | IllegalArgumentException e) {
            throw new UserException("An Avro schema is not supported: " + e.getMessage(), e);
        }
        throw new UserException("An Avro schema of a table must describe a record.");
    }

    /** Refuses a recursive schema, and one with more types than a table can have: each use of a named type counts. */
    private static void requireColumns(Schema schema) {
        count(schema, new ArrayList<>(), new SchemaSize());
    }

    private static void count(Schema schema, List<String> around, SchemaSize size) {
        size.add();
        switch (schema.getType()) {
            case RECORD:
                if (around.contains(schema.getFullName())) {
                    throw new UserException(
                            "The Avro type '" + schema.getFullName()
                                    + "' contains itself: a table cannot have such a column.");
                }
                around.add(schema.getFullName());
                schema.getFields().forEach(field -> count(field.schema(), around, size));
                around.remove(schema.getFullName());
                break;
            case UNION:
                schema.getTypes().forEach(branch -> count(branch, around, size));
                break;
            case ARRAY:
                count(schema.getElementType(), around, size);
                break;
            case MAP:
                count(schema.getValueType(), around, size);
                break;
            default:
                break;
        }
    }

    /** The same record with its fields in the order of {@code row}: flink-avro converts by position. */
    static Schema ordered(Schema record, RowType row) {
        List<Schema.Field> fields = new ArrayList<>();
        for (String name : row.getFieldNames()) {
            Schema.Field field = record.getField(name);
            if (field == null) {
                throw new UserException("The Avro schema '" + record.getName() + "' has no field '" + name + "'.");
            }
            fields.add(new Schema.Field(field, field.schema()));
        }
        return Schema.createRecord(record.getName(), record.getDoc(), record.getNamespace(), false, fields);
    }

    /**
     * The row type with types that flink-avro can read: it does not support {@code TIMESTAMP_LTZ} in nested rows. {@code
     * TIMESTAMP} has the same internal data.
     */
    static RowType readable(RowType row) {
        return (RowType) readable((LogicalType) row);
    }

    private static LogicalType readable(LogicalType type) {
        if (type instanceof LocalZonedTimestampType timestamp) {
            return new TimestampType(timestamp.isNullable(), timestamp.getPrecision());
        }
        if (type instanceof ArrayType array) {
            return new ArrayType(array.isNullable(), readable(array.getElementType()));
        }
        if (type instanceof MapType map) {
            return new MapType(map.isNullable(), map.getKeyType(), readable(map.getValueType()));
        }
        if (type instanceof RowType row) {
            return new RowType(
                    row.isNullable(),
                    row.getFields().stream()
                            .map(field -> new RowType.RowField(field.getName(), readable(field.getType())))
                            .toList());
        }
        return type;
    }
}
