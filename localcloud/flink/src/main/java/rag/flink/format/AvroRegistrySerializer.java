package rag.flink.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.UserException;

/** Writes an Avro record with the schema that the statement was planned with. */
final class AvroRegistrySerializer implements SerializationSchema<RowData> {

    private static final long serialVersionUID = 1L;

    private final RowType row;
    private final String schema;
    private final byte[] header;
    private transient AvroWriters.Writer rows;
    private transient GenericDatumWriter<Object> writer;
    private transient ByteArrayOutputStream buffer;
    private transient BinaryEncoder encoder;

    AvroRegistrySerializer(RowType row, String schema, int schemaId) {
        this.row = row;
        this.schema = schema;
        this.header = WireFormat.header(schemaId);
    }

    @Override
    public void open(InitializationContext context) {
        Schema registered = AvroSchemas.parse(schema);
        rows = AvroWriters.ofRow(row, registered);
        writer = new GenericDatumWriter<>(registered);
        buffer = new ByteArrayOutputStream();
    }

    @Override
    public byte[] serialize(RowData value) {
        buffer.reset();
        buffer.writeBytes(header);
        encoder = EncoderFactory.get().directBinaryEncoder(buffer, encoder);
        try {
            writer.write(rows.write(value), encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (AvroRuntimeException | NullPointerException | ArithmeticException e) {
            throw new UserException("A row could not be written as Avro: " + e.getMessage(), e);
        }
        return buffer.toByteArray();
    }
}
