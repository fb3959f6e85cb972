package rag.flink.format;

import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.formats.avro.AvroToRowDataConverters;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.catalog.SchemaRegistry;

/** Reads a registered Avro record written with any schema that resolves to the table's. */
final class AvroRegistryDeserializer implements DeserializationSchema<RowData> {

    private static final long serialVersionUID = 1L;

    private final RowType row;
    private final String schema;
    private final String registryUrl;
    private final TypeInformation<RowData> producedType;
    private final AvroToRowDataConverters.AvroToRowDataConverter converter;
    private transient GenericDatumReader<GenericRecord> reader;
    private transient Schema tableSchema;
    private transient BinaryDecoder decoder;
    private transient int writerId;

    AvroRegistryDeserializer(
            RowType row, String schema, String registryUrl, TypeInformation<RowData> producedType) {
        this.row = row;
        this.schema = schema;
        this.registryUrl = registryUrl;
        this.producedType = producedType;
        this.converter = AvroToRowDataConverters.createRowConverter(AvroSchemas.readable(row), false);
    }

    @Override
    public void open(InitializationContext context) {
        tableSchema = AvroSchemas.ordered(new Schema.Parser().parse(schema), row);
    }

    @Override
    public RowData deserialize(byte[] message) throws IOException {
        if (message == null) {
            return null;
        }
        int id = WireFormat.schemaId(message);
        if (reader == null || id != writerId) {
            Schema writer = new Schema.Parser().parse(new SchemaRegistry(registryUrl).byId(id));
            reader = new GenericDatumReader<>(writer, tableSchema);
            writerId = id;
        }
        decoder =
                DecoderFactory.get()
                        .binaryDecoder(message, WireFormat.HEADER, message.length - WireFormat.HEADER, decoder);
        return (RowData) converter.convert(reader.read(null, decoder));
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
