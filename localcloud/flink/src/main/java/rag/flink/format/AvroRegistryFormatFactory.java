package rag.flink.format;

import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** Confluent's {@code avro-registry} format. */
public final class AvroRegistryFormatFactory extends RegistryFormatFactory {

    private static final ConfigOption<String> SCHEMA = ConfigOptions.key("schema").stringType().noDefaultValue();
    private static final ConfigOption<String> URL = ConfigOptions.key("url").stringType().noDefaultValue();

    @Override
    public String factoryIdentifier() {
        return "avro-registry";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(SCHEMA_ID, SCHEMA, URL);
    }

    @Override
    DeserializationSchema<RowData> decoder(RowType row, TypeInformation<RowData> type, ReadableConfig options) {
        return new AvroRegistryDeserializer(row, options.get(SCHEMA), options.get(URL), type);
    }

    @Override
    SerializationSchema<RowData> encoder(RowType row, ReadableConfig options) {
        return new AvroRegistrySerializer(row, options.get(SCHEMA), options.get(SCHEMA_ID));
    }
}
