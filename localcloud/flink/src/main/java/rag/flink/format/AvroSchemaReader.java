package rag.flink.format;

import static rag.flink.format.AvroAnnotations.CONNECT_TYPE;
import static rag.flink.format.AvroAnnotations.KEY;
import static rag.flink.format.AvroAnnotations.MAX_LENGTH;
import static rag.flink.format.AvroAnnotations.MIN_LENGTH;
import static rag.flink.format.AvroAnnotations.PRECISION;
import static rag.flink.format.AvroAnnotations.VALUE;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import rag.flink.UserException;

/** Converts a registered Avro schema to a type: the reading half of {@link AvroSchemas}. */
final class AvroSchemaReader {

    private static final int MILLIS = 3;
    private static final int MICROS = 6;

    private final SchemaSize size = new SchemaSize();
    private final Set<String> around = new HashSet<>();

    DataType typeOf(Schema schema) {
        List<Schema> members = AvroAnnotations.members(schema);
        if (members.isEmpty() || schema.getType() == Schema.Type.NULL) {
            throw new UserException("A field of an Avro schema is always null: a table cannot have such a column.");
        }
        DataType type = members.size() == 1 ? notNullOf(members.get(0)) : unionOf(members);
        return AvroAnnotations.isNullable(schema) ? type.nullable() : type.notNull();
    }

    private DataType unionOf(List<Schema> members) {
        List<DataTypes.Field> fields = new ArrayList<>();
        for (Schema member : members) {
            fields.add(DataTypes.FIELD(AvroAnnotations.fieldName(member, members), notNullOf(member).nullable()));
        }
        return DataTypes.ROW(fields);
    }

    private DataType notNullOf(Schema schema) {
        size.add();
        switch (schema.getType()) {
            case BOOLEAN:
                return DataTypes.BOOLEAN();
            case INT:
                return intOf(schema);
            case LONG:
                return longOf(schema);
            case FLOAT:
                return DataTypes.FLOAT();
            case DOUBLE:
                return DataTypes.DOUBLE();
            case STRING:
                int longest = AvroAnnotations.number(schema, MAX_LENGTH, VarCharType.MAX_LENGTH);
                boolean exact = AvroAnnotations.number(schema, MIN_LENGTH, -1) == longest;
                return exact ? DataTypes.CHAR(longest) : DataTypes.VARCHAR(longest);
            case ENUM:
                return DataTypes.STRING();
            case BYTES:
            case FIXED:
                return schema.getLogicalType() instanceof LogicalTypes.Decimal decimal
                        ? decimalOf(decimal)
                        : bytesOf(schema);
            case ARRAY:
                return arrayOf(schema);
            case MAP:
                return AvroAnnotations.isMultiset(schema)
                        ? DataTypes.MULTISET(DataTypes.STRING().notNull())
                        : DataTypes.MAP(DataTypes.STRING().notNull(), typeOf(schema.getValueType()));
            case RECORD:
                return rowOf(schema);
            default:
                throw new IllegalArgumentException("no column of " + schema.getType());
        }
    }

    private static DataType intOf(Schema schema) {
        switch (logicalType(schema)) {
            case "date":
                return DataTypes.DATE();
            case "time-millis":
                return DataTypes.TIME(AvroAnnotations.number(schema, PRECISION, MILLIS));
            default:
                break;
        }
        switch (String.valueOf(schema.getProp(CONNECT_TYPE))) {
            case "int8":
                return DataTypes.TINYINT();
            case "int16":
                return DataTypes.SMALLINT();
            default:
                return DataTypes.INT();
        }
    }

    /** Times of a day in microseconds stay numbers, as in Confluent Cloud: {@code TIME} has milliseconds. */
    private static DataType longOf(Schema schema) {
        switch (logicalType(schema)) {
            case "timestamp-millis":
                return DataTypes.TIMESTAMP_LTZ(AvroAnnotations.number(schema, PRECISION, MILLIS));
            case "timestamp-micros":
                return DataTypes.TIMESTAMP_LTZ(AvroAnnotations.number(schema, PRECISION, MICROS));
            case "local-timestamp-millis":
                return DataTypes.TIMESTAMP(AvroAnnotations.number(schema, PRECISION, MILLIS));
            case "local-timestamp-micros":
                return DataTypes.TIMESTAMP(AvroAnnotations.number(schema, PRECISION, MICROS));
            default:
                return DataTypes.BIGINT();
        }
    }

    static String logicalType(Schema schema) {
        return schema.getLogicalType() == null ? "" : schema.getLogicalType().getName();
    }

    private static DataType decimalOf(LogicalTypes.Decimal decimal) {
        if (decimal.getPrecision() > DecimalType.MAX_PRECISION) {
            throw new UserException(
                    "An Avro schema has a decimal of " + decimal.getPrecision() + " digits: a column has at most "
                            + DecimalType.MAX_PRECISION + ".");
        }
        return DataTypes.DECIMAL(decimal.getPrecision(), decimal.getScale());
    }

    private static DataType bytesOf(Schema schema) {
        if (schema.getType() == Schema.Type.FIXED) {
            return DataTypes.BINARY(schema.getFixedSize());
        }
        return DataTypes.VARBINARY(AvroAnnotations.number(schema, MAX_LENGTH, VarBinaryType.MAX_LENGTH));
    }

    private DataType arrayOf(Schema schema) {
        Schema element = schema.getElementType();
        if (!AvroAnnotations.isMapEntry(element)) {
            return DataTypes.ARRAY(typeOf(element));
        }
        DataType key = typeOf(element.getField(KEY).schema());
        return AvroAnnotations.isMultiset(schema)
                ? DataTypes.MULTISET(key)
                : DataTypes.MAP(key, typeOf(element.getField(VALUE).schema()));
    }

    private DataType rowOf(Schema schema) {
        if (!around.add(schema.getFullName())) {
            throw new UserException(
                    "The Avro type '" + schema.getFullName() + "' contains itself: a table cannot have such a column.");
        }
        List<DataTypes.Field> fields = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
            DataType type = typeOf(field.schema());
            fields.add(
                    field.doc() == null
                            ? DataTypes.FIELD(field.name(), type)
                            : DataTypes.FIELD(field.name(), type, field.doc()));
        }
        around.remove(schema.getFullName());
        return DataTypes.ROW(fields);
    }
}
