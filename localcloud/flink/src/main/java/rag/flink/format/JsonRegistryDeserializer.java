package rag.flink.format;

import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.Json;

/** Reads a registered JSON record. JSON describes itself, so records of every schema of the subject are accepted. */
final class JsonRegistryDeserializer extends RegistryDeserializer {

    private static final long serialVersionUID = 1L;

    private final RowType row;
    private final String schema;
    private transient JsonRows.Reader rows;

    JsonRegistryDeserializer(
            RowType row, String schema, TypeInformation<RowData> producedType, MissingKey missing) {
        super(producedType, row.getFieldCount(), missing);
        this.row = row;
        this.schema = schema;
    }

    @Override
    public void open(InitializationContext context) {
        rows = JsonRows.ofRow(row, schema);
    }

    @Override
    RowData read(byte[] message) throws IOException {
        WireFormat.schemaId(message);
        try {
            JsonNode value =
                    Json.MAPPER.readTree(message, WireFormat.HEADER, message.length - WireFormat.HEADER);
            return (RowData) rows.read(value);
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("A record could not be read as JSON: " + e.getMessage(), e);
        }
    }
}
