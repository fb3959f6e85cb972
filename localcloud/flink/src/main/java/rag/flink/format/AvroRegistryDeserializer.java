package rag.flink.format;

import java.io.IOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.catalog.SchemaRegistry;

/** Reads a registered Avro record written with any schema that resolves to the table's. */
final class AvroRegistryDeserializer extends RegistryDeserializer {

    private static final long serialVersionUID = 1L;

    private final RowType row;
    private final String schema;
    private final String registryUrl;
    private transient AvroReaders.Reader rows;
    private transient GenericDatumReader<Object> reader;
    private transient Schema tableSchema;
    private transient BinaryDecoder decoder;
    private transient int writerId;

    AvroRegistryDeserializer(
            RowType row, String schema, String registryUrl, TypeInformation<RowData> producedType, MissingKey missing) {
        super(producedType, row.getFieldCount(), missing);
        this.row = row;
        this.schema = schema;
        this.registryUrl = registryUrl;
    }

    @Override
    public void open(InitializationContext context) {
        Schema registered = AvroSchemas.parse(schema);
        tableSchema =
                registered.getType() == Schema.Type.RECORD ? AvroSchemas.projected(registered, row) : registered;
        rows = AvroReaders.ofRow(tableSchema, row);
    }

    @Override
    RowData read(byte[] message) throws IOException {
        int id = WireFormat.schemaId(message);
        try {
            if (reader == null || id != writerId) {
                Schema writer = AvroSchemas.parse(new SchemaRegistry(registryUrl).byId(id));
                reader = new GenericDatumReader<>(writer, tableSchema);
                writerId = id;
            }
            decoder =
                    DecoderFactory.get()
                            .binaryDecoder(message, WireFormat.HEADER, message.length - WireFormat.HEADER, decoder);
            return (RowData) rows.read(reader.read(null, decoder));
        } catch (IOException | AvroRuntimeException | IllegalArgumentException e) {
            throw new IOException("A record could not be read as Avro: " + reason(e), e);
        }
    }

    private static String reason(Exception failure) {
        return failure.getMessage() == null ? "it ends too early." : failure.getMessage();
    }
}
