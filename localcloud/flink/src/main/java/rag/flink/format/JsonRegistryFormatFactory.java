package rag.flink.format;

import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
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
    RegistryDeserializer decoder(RowType row, TypeInformation<RowData> type, ReadableConfig options) {
        return new JsonRegistryDeserializer(row, options.get(SCHEMA), type, options.get(MISSING_KEY));
    }

    @Override
    SerializationSchema<RowData> encoder(RowType row, ReadableConfig options) {
        return new JsonRegistrySerializer(row, options.get(SCHEMA), options.get(SCHEMA_ID));
    }
}
