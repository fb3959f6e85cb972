package rag.flink.format;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
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
    private transient Map<Integer, GenericDatumReader<Object>> readers;
    private transient Schema tableSchema;
    private transient BinaryDecoder decoder;

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
        readers = new HashMap<>();
    }

    @Override
    RowData read(byte[] message) throws IOException {
        int id = WireFormat.schemaId(message);
        try {
            decoder =
                    DecoderFactory.get()
                            .binaryDecoder(message, WireFormat.HEADER, message.length - WireFormat.HEADER, decoder);
            return (RowData) rows.read(readers.computeIfAbsent(id, this::readerOf).read(null, decoder));
        } catch (SchemaRegistry.UnknownIdException e) {
            throw new IOException(e.getMessage(), e);
        } catch (IOException | AvroRuntimeException | IllegalArgumentException e) {
            throw new IOException("A record could not be read as Avro: " + reason(e), e);
        }
    }

    /** The reader of records that were written with that schema. */
    private GenericDatumReader<Object> readerOf(int id) {
        return new GenericDatumReader<>(AvroSchemas.parse(new SchemaRegistry(registryUrl).byId(id)), tableSchema);
    }

    private static String reason(Exception failure) {
        return failure.getMessage() == null ? "it ends too early." : failure.getMessage();
    }
}
