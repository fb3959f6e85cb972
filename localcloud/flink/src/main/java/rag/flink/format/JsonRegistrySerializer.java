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

    JsonRegistrySerializer(RowType row, String schema, int schemaId) {
        this.header = WireFormat.header(schemaId);
        boolean isSingle = !(JsonSchemas.typeOf(schema).getLogicalType() instanceof RowType);
        this.writer = isSingle ? single(row) : new JsonWriters().of(row);
    }

    /** A value without a name is the record itself. */
    private static ValueWriter single(RowType row) {
        ValueWriter value = new JsonWriters().of(row.getTypeAt(0));
        RowData.FieldGetter getter = RowData.createFieldGetter(row.getTypeAt(0), 0);
        return (out, given) -> value.write(out, getter.getFieldOrNull((RowData) given));
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
