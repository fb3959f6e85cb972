package rag.flink.format;

import static rag.flink.format.AvroAnnotations.CONNECT_INTERNAL_TYPE;
import static rag.flink.format.AvroAnnotations.CONNECT_TYPE;
import static rag.flink.format.AvroAnnotations.FLINK_TYPE;
import static rag.flink.format.AvroAnnotations.KEY;
import static rag.flink.format.AvroAnnotations.MAP_ENTRY;
import static rag.flink.format.AvroAnnotations.MAP_ENTRY_NAMESPACE;
import static rag.flink.format.AvroAnnotations.MAX_LENGTH;
import static rag.flink.format.AvroAnnotations.MIN_LENGTH;
import static rag.flink.format.AvroAnnotations.MULTISET;
import static rag.flink.format.AvroAnnotations.PRECISION;
import static rag.flink.format.AvroAnnotations.VALUE;
import static rag.flink.format.AvroAnnotations.VERSION;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.avro.JsonProperties;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.BinaryType;
import org.apache.flink.table.types.logical.CharType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import rag.flink.UserException;

/** Converts columns to an Avro schema: the writing half of {@link AvroSchemas}. One instance makes one schema. */
final class AvroSchemaWriter {

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final int MILLIS = 3;
    private static final int MICROS = 6;

    private final Set<String> named = new HashSet<>();
    private final Map<String, Schema> entries = new HashMap<>();

    Schema schemaOf(org.apache.flink.table.types.logical.LogicalType type, String name) {
        Schema schema = notNull(type, name);
        return type.isNullable() ? Schema.createUnion(Schema.create(Schema.Type.NULL), schema) : schema;
    }

    private Schema notNull(org.apache.flink.table.types.logical.LogicalType type, String name) {
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return Schema.create(Schema.Type.BOOLEAN);
            case TINYINT:
                return with(Schema.create(Schema.Type.INT), CONNECT_TYPE, "int8");
            case SMALLINT:
                return with(Schema.create(Schema.Type.INT), CONNECT_TYPE, "int16");
            case INTEGER:
                return Schema.create(Schema.Type.INT);
            case BIGINT:
                return Schema.create(Schema.Type.LONG);
            case FLOAT:
                return Schema.create(Schema.Type.FLOAT);
            case DOUBLE:
                return Schema.create(Schema.Type.DOUBLE);
            case CHAR:
                int length = ((CharType) type).getLength();
                return limited(with(Schema.create(Schema.Type.STRING), MIN_LENGTH, length), length);
            case VARCHAR:
                int longest = ((VarCharType) type).getLength();
                Schema text = Schema.create(Schema.Type.STRING);
                return longest == VarCharType.MAX_LENGTH ? text : limited(text, longest);
            case BINARY:
                return Schema.createFixed(unique(name), null, null, ((BinaryType) type).getLength());
            case VARBINARY:
                int most = ((VarBinaryType) type).getLength();
                Schema bytes = Schema.create(Schema.Type.BYTES);
                return most == VarBinaryType.MAX_LENGTH ? bytes : limited(bytes, most);
            case DATE:
                return LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
            case TIME_WITHOUT_TIME_ZONE:
                return precise(type, Schema.Type.INT, LogicalTypes.timeMillis(), null);
            case TIMESTAMP_WITHOUT_TIME_ZONE:
                return precise(
                        type, Schema.Type.LONG, LogicalTypes.localTimestampMillis(), LogicalTypes.localTimestampMicros());
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return precise(type, Schema.Type.LONG, LogicalTypes.timestampMillis(), LogicalTypes.timestampMicros());
            case DECIMAL:
                DecimalType decimal = (DecimalType) type;
                return LogicalTypes.decimal(decimal.getPrecision(), decimal.getScale())
                        .addToSchema(Schema.create(Schema.Type.BYTES));
            case ARRAY:
                return Schema.createArray(schemaOf(((ArrayType) type).getElementType(), name));
            case MAP:
                return mapOf(((MapType) type).getKeyType(), ((MapType) type).getValueType(), name);
            case MULTISET:
                Schema counts = mapOf(((MultisetType) type).getElementType(), new IntType(false), name);
                return versioned(with(counts, FLINK_TYPE, MULTISET));
            case ROW:
                return rowOf((RowType) type, name);
            default:
                throw new UserException("The type " + type.asSummaryString() + " cannot be stored in an Avro schema.");
        }
    }

    private Schema rowOf(RowType row, String name) {
        String own = unique(name);
        List<Schema.Field> fields = new ArrayList<>();
        for (RowType.RowField field : row.getFields()) {
            if (!NAME.matcher(field.getName()).matches()) {
                throw new UserException(
                        "Illegal field name for AVRO format `" + field.getName() + "`. AVRO expects field names to start"
                                + " with [A-Za-z_] and subsequently contain only [A-Za-z0-9_].");
            }
            Schema schema = schemaOf(field.getType(), name + "_" + field.getName());
            Object none = field.getType().isNullable() ? JsonProperties.NULL_VALUE : null;
            fields.add(new Schema.Field(field.getName(), schema, field.getDescription().orElse(null), none));
        }
        return Schema.createRecord(own, null, null, false, fields);
    }

    private Schema mapOf(
            org.apache.flink.table.types.logical.LogicalType key,
            org.apache.flink.table.types.logical.LogicalType value,
            String name) {
        if (key.is(LogicalTypeFamily.CHARACTER_STRING)) {
            return Schema.createMap(schemaOf(value, name));
        }
        Schema keySchema = schemaOf(key, name + "_key");
        Schema valueSchema = schemaOf(value, name + "_value");
        // Avro defines a name once: of several maps only those that are alike can have entries of Confluent's own name.
        String confluent = MAP_ENTRY_NAMESPACE + "." + MAP_ENTRY;
        String content = keySchema + ":" + valueSchema;
        Schema entry = entries.get(content);
        if (entry == null) {
            boolean isFirst = named.add(confluent);
            entry = entryOf(isFirst ? confluent : unique(name + "_" + MAP_ENTRY), keySchema, valueSchema);
            if (!isFirst) {
                entry.addProp(CONNECT_INTERNAL_TYPE, MAP_ENTRY);
            }
            entries.put(content, entry);
        }
        return Schema.createArray(entry);
    }

    private static Schema entryOf(String name, Schema key, Schema value) {
        List<Schema.Field> fields = List.of(new Schema.Field(KEY, key), new Schema.Field(VALUE, value));
        return Schema.createRecord(name, null, null, false, fields);
    }

    /** Types of columns and of their parts may get the same name, such as that of {@code a_b} and of {@code b} in {@code a}. */
    private String unique(String name) {
        String free = name;
        for (int i = 2; !named.add(free); i++) {
            free = name + "_" + i;
        }
        return free;
    }

    private static Schema precise(
            org.apache.flink.table.types.logical.LogicalType type,
            Schema.Type physical,
            LogicalType millis,
            LogicalType micros) {
        int precision = LogicalTypeChecks.getPrecision(type);
        int most = micros == null ? MILLIS : MICROS;
        if (precision > most) {
            throw new UserException(
                    "The type " + type.asSummaryString() + " cannot be stored in an Avro schema: use a precision up to "
                            + most + ".");
        }
        Schema schema = Schema.create(physical);
        if (precision != MILLIS && precision != MICROS) {
            versioned(with(schema, PRECISION, precision));
        }
        return (precision <= MILLIS ? millis : micros).addToSchema(schema);
    }

    private static Schema limited(Schema schema, int length) {
        return versioned(with(schema, MAX_LENGTH, length));
    }

    private static Schema versioned(Schema schema) {
        return with(schema, VERSION, "1");
    }

    private static Schema with(Schema schema, String property, Object value) {
        schema.addProp(property, value);
        return schema;
    }
}
