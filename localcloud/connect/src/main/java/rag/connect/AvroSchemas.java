package rag.connect;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;

/** Avro schemas as Connect's, by the rules of Confluent's converter; a logical type that Connect lacks is its number. */
final class AvroSchemas {

    private final Set<String> open = new HashSet<>();

    private AvroSchemas() {}

    /** The Connect schema of records with this Avro schema; {@link DataException} if there is none. */
    static Schema connectSchema(org.apache.avro.Schema schema) {
        return new AvroSchemas().of(schema, false);
    }

    private Schema of(org.apache.avro.Schema schema, boolean isOptional) {
        if (schema.getType() == org.apache.avro.Schema.Type.UNION) {
            List<org.apache.avro.Schema> members = schema.getTypes().stream()
                    .filter(member -> member.getType() != org.apache.avro.Schema.Type.NULL)
                    .collect(Collectors.toList());
            if (members.size() != 1) {
                throw new DataException("The record's Avro schema has a field of " + members.size()
                        + " types: give it one, or one and null.");
            }
            return of(members.get(0), isOptional || schema.isNullable());
        }
        SchemaBuilder builder = builder(schema);
        return (isOptional ? builder.optional() : builder).build();
    }

    private SchemaBuilder builder(org.apache.avro.Schema schema) {
        LogicalType logical = schema.getLogicalType();
        switch (schema.getType()) {
            case BOOLEAN:
                return SchemaBuilder.bool();
            case INT:
                return integer(schema, logical);
            case LONG:
                return logical instanceof LogicalTypes.TimestampMillis ? Timestamp.builder() : SchemaBuilder.int64();
            case FLOAT:
                return SchemaBuilder.float32();
            case DOUBLE:
                return SchemaBuilder.float64();
            case STRING:
            case ENUM:
                return SchemaBuilder.string();
            case BYTES:
            case FIXED:
                return logical instanceof LogicalTypes.Decimal decimal
                        ? Decimal.builder(decimal.getScale())
                        : SchemaBuilder.bytes();
            case ARRAY:
                return array(schema.getElementType());
            case MAP:
                return SchemaBuilder.map(Schema.STRING_SCHEMA, of(schema.getValueType(), false));
            case RECORD:
                return record(schema);
            default:
                throw new DataException("The record's Avro schema has a field of type " + schema.getType().getName()
                        + ", which cannot be read.");
        }
    }

    /** An array of Connect's own entries is a map whose keys are no text. */
    private SchemaBuilder array(org.apache.avro.Schema element) {
        if (!isMapEntry(element)) {
            return SchemaBuilder.array(of(element, false));
        }
        return SchemaBuilder.map(
                of(element.getField("key").schema(), false), of(element.getField("value").schema(), false));
    }

    private static boolean isMapEntry(org.apache.avro.Schema element) {
        return element.getType() == org.apache.avro.Schema.Type.RECORD
                && ("io.confluent.connect.avro.MapEntry".equals(element.getFullName())
                        || "MapEntry".equals(element.getProp("connect.internal.type")))
                && element.getField("key") != null
                && element.getField("value") != null;
    }

    private static SchemaBuilder integer(org.apache.avro.Schema schema, LogicalType logical) {
        if (logical instanceof LogicalTypes.Date) {
            return Date.builder();
        }
        if (logical instanceof LogicalTypes.TimeMillis) {
            return Time.builder();
        }
        String connectType = schema.getProp("connect.type");
        if ("int8".equals(connectType)) {
            return SchemaBuilder.int8();
        }
        return "int16".equals(connectType) ? SchemaBuilder.int16() : SchemaBuilder.int32();
    }

    private SchemaBuilder record(org.apache.avro.Schema schema) {
        if (!open.add(schema.getFullName())) {
            throw new DataException(
                    "The record's Avro schema contains itself (" + schema.getFullName() + "): it cannot be read.");
        }
        SchemaBuilder struct = SchemaBuilder.struct().name(schema.getFullName());
        for (org.apache.avro.Schema.Field field : schema.getFields()) {
            struct.field(field.name(), of(field.schema(), false));
        }
        open.remove(schema.getFullName());
        return struct;
    }
}
