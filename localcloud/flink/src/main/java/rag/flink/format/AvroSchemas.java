package rag.flink.format;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.UserException;

/** Avro schemas and Flink's types, as Confluent Cloud maps them ("Data Type Mappings", Avro schemas). */
public final class AvroSchemas {

    private static final String NAMESPACE = "org.apache.flink.avro.generated.record";

    private AvroSchemas() {}

    /** The schema of a record; {@code name} names it. */
    public static String schemaOf(RowType row, String name) {
        try {
            String record = NAMESPACE + "." + name.replaceAll("[^A-Za-z0-9_]", "_");
            return new AvroSchemaWriter().schemaOf(row.copy(false), record).toString();
        } catch (AvroRuntimeException e) {
            throw new UserException("The columns cannot be stored in an Avro schema: " + e.getMessage(), e);
        }
    }

    /** Writes rows as records with that registered schema. */
    public static SerializationSchema<RowData> serializer(RowType row, String schema, int id) {
        return new AvroRegistrySerializer(row, schema, id);
    }

    /** The type of a registered schema: a row for a record and for a union of several types. */
    public static DataType typeOf(String schema) {
        try {
            return new AvroSchemaReader().typeOf(parse(schema));
        } catch (AvroRuntimeException e) {
            throw new UserException("The Avro schema is not valid: " + e.getMessage(), e);
        }
    }

    /**
     * The schema with the definitions of all that it refers to.
     *
     * @param referenced the schemas that it refers to, each after those that it refers to itself
     */
    public static String selfContained(List<String> referenced, String schema) {
        try {
            Schema.Parser parser = new Schema.Parser();
            referenced.forEach(parser::parse);
            return parser.parse(schema).toString();
        } catch (AvroRuntimeException e) {
            throw new UserException("The Avro schema is not valid: " + e.getMessage(), e);
        }
    }

    static Schema parse(String schema) {
        return new Schema.Parser().parse(schema);
    }

    /** The same record with the fields of {@code row} alone, so that others are skipped. */
    static Schema projected(Schema record, RowType row) {
        List<Schema.Field> fields = new ArrayList<>();
        for (String name : row.getFieldNames()) {
            fields.add(new Schema.Field(field(record, name), field(record, name).schema()));
        }
        return Schema.createRecord(record.getName(), record.getDoc(), record.getNamespace(), false, fields);
    }

    static Schema.Field field(Schema record, String name) {
        Schema.Field field = record.getField(name);
        if (field == null) {
            throw new UserException("The Avro schema '" + record.getName() + "' has no field '" + name + "'.");
        }
        return field;
    }
}
