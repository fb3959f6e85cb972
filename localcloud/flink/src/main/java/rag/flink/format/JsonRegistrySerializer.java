package rag.flink.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonGenerator;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.Json;
import rag.flink.ValueWriters.ValueWriter;

/** Writes a JSON record under the schema id that the statement was planned with. */
final class JsonRegistrySerializer implements SerializationSchema<RowData> {

    private static final long serialVersionUID = 1L;

    private final byte[] header;
    private final ValueWriter writer;
    private transient ByteArrayOutputStream buffer;

    JsonRegistrySerializer(RowType row, int schemaId) {
        this.header = WireFormat.header(schemaId);
        this.writer = new JsonWriters().of(row);
    }

    @Override
    public void open(InitializationContext context) {
        buffer = new ByteArrayOutputStream();
    }

    @Override
    public byte[] serialize(RowData row) {
        buffer.reset();
        buffer.writeBytes(header);
        try (JsonGenerator out = Json.MAPPER.getFactory().createGenerator(buffer)) {
            writer.write(out, row);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.toByteArray();
    }
}
