package rag.flink.format;

import java.io.IOException;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.Json;

/** Reads a registered JSON record. JSON describes itself, so records of every schema of the subject are accepted. */
final class JsonRegistryDeserializer implements DeserializationSchema<RowData> {

    private static final long serialVersionUID = 1L;

    private final TypeInformation<RowData> producedType;
    private final JsonRows.Reader reader;

    JsonRegistryDeserializer(RowType row, TypeInformation<RowData> producedType) {
        this.producedType = producedType;
        this.reader = JsonRows.reader(row);
    }

    @Override
    public RowData deserialize(byte[] message) throws IOException {
        if (message == null) {
            return null;
        }
        WireFormat.schemaId(message);
        try {
            JsonNode value =
                    Json.MAPPER.readTree(message, WireFormat.HEADER, message.length - WireFormat.HEADER);
            return (RowData) reader.read(value);
        } catch (IOException e) {
            throw new IOException("A record could not be read as JSON: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean isEndOfStream(RowData nextElement) {
        return false;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return producedType;
    }
}
