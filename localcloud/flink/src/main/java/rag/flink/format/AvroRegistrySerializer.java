package rag.flink.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.formats.avro.RowDataToAvroConverters;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** Writes an Avro record with the schema that the statement was planned with. */
final class AvroRegistrySerializer implements SerializationSchema<RowData> {

    private static final long serialVersionUID = 1L;

    private final RowType row;
    private final String schema;
    private final byte[] header;
    private final RowDataToAvroConverters.RowDataToAvroConverter converter;
    private transient Schema registered;
    private transient Schema ordered;
    private transient GenericDatumWriter<GenericRecord> writer;
    private transient ByteArrayOutputStream buffer;
    private transient BinaryEncoder encoder;

    AvroRegistrySerializer(RowType row, String schema, int schemaId) {
        this.row = row;
        this.schema = schema;
        this.header = WireFormat.header(schemaId);
        this.converter = RowDataToAvroConverters.createConverter(row, false);
    }

    @Override
    public void open(InitializationContext context) {
        registered = new Schema.Parser().parse(schema);
        ordered = AvroSchemas.ordered(registered, row);
        writer = new GenericDatumWriter<>(registered);
        buffer = new ByteArrayOutputStream();
    }

    @Override
    public byte[] serialize(RowData value) {
        GenericRecord converted = (GenericRecord) converter.convert(ordered, value);
        GenericRecord toWrite = new GenericData.Record(registered);
        for (String name : row.getFieldNames()) {
            toWrite.put(name, converted.get(name));
        }
        buffer.reset();
        buffer.writeBytes(header);
        encoder = EncoderFactory.get().directBinaryEncoder(buffer, encoder);
        try {
            writer.write(toWrite, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.toByteArray();
    }
}
