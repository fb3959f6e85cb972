package rag.flink.format;

import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** Confluent's {@code json-registry} format. */
public final class JsonRegistryFormatFactory extends RegistryFormatFactory {

    @Override
    public String factoryIdentifier() {
        return "json-registry";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(SCHEMA_ID);
    }

    @Override
    DeserializationSchema<RowData> decoder(RowType row, TypeInformation<RowData> type, ReadableConfig options) {
        return new JsonRegistryDeserializer(row, type);
    }

    @Override
    SerializationSchema<RowData> encoder(RowType row, ReadableConfig options) {
        return new JsonRegistrySerializer(row, options.get(SCHEMA_ID));
    }
}
