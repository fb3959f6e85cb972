package rag.connect;

import java.io.IOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;

/** {@code AVRO}: Avro records with a registered schema. */
public final class AvroConverter extends RegistryConverter<AvroConverter.Readable> {

    /** An Avro schema, and Connect's for the same records. */
    record Readable(Schema writer, org.apache.kafka.connect.data.Schema connect) {}

    @Override
    String schemaType() {
        return "AVRO";
    }

    @Override
    Readable parse(String schema) {
        try {
            Schema writer = new Schema.Parser().parse(schema);
            return new Readable(writer, AvroSchemas.connectSchema(writer));
        } catch (SchemaParseException e) {
            throw new DataException("The record's schema is no valid Avro schema.", e);
        }
    }

    @Override
    SchemaAndValue read(Readable schema, byte[] message, int offset) {
        try {
            Object value = new GenericDatumReader<>(schema.writer())
                    .read(null, DecoderFactory.get().binaryDecoder(message, offset, message.length - offset, null));
            return new SchemaAndValue(schema.connect(), AvroValues.read(schema.connect(), value));
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
            throw new DataException("The record is not written with the Avro schema that it names.", e);
        }
    }
}
