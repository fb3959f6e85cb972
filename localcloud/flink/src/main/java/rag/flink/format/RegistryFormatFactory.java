package rag.flink.format;

import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.format.EncodingFormat;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.factories.SerializationFormatFactory;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.format.RegistryDeserializer.MissingKey;

/** A format whose records begin with the id of their schema in the Schema Registry; each record is an insert. */
abstract class RegistryFormatFactory implements DeserializationFormatFactory, SerializationFormatFactory {

    static final ConfigOption<Integer> SCHEMA_ID = ConfigOptions.key("schema-id").intType().noDefaultValue();
    static final ConfigOption<String> SCHEMA = ConfigOptions.key("schema").stringType().noDefaultValue();
    static final ConfigOption<String> URL = ConfigOptions.key("url").stringType().noDefaultValue();
    static final ConfigOption<MissingKey> MISSING_KEY =
            ConfigOptions.key("missing-key").enumType(MissingKey.class).defaultValue(MissingKey.NONE);

    abstract RegistryDeserializer decoder(RowType row, TypeInformation<RowData> type, ReadableConfig options);

    abstract SerializationSchema<RowData> encoder(RowType row, ReadableConfig options);

    @Override
    public final Set<ConfigOption<?>> requiredOptions() {
        return Set.of(SCHEMA_ID, SCHEMA, URL);
    }

    @Override
    public final Set<ConfigOption<?>> optionalOptions() {
        return Set.of(MISSING_KEY);
    }

    @Override
    public final DecodingFormat<DeserializationSchema<RowData>> createDecodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        return new DecodingFormat<>() {
            @Override
            public DeserializationSchema<RowData> createRuntimeDecoder(
                    DynamicTableSource.Context source, DataType produced) {
                return decoder((RowType) produced.getLogicalType(), source.createTypeInformation(produced), options);
            }

            @Override
            public ChangelogMode getChangelogMode() {
                return ChangelogMode.insertOnly();
            }
        };
    }

    @Override
    public final EncodingFormat<SerializationSchema<RowData>> createEncodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        return new EncodingFormat<>() {
            @Override
            public SerializationSchema<RowData> createRuntimeEncoder(
                    DynamicTableSink.Context sink, DataType consumed) {
                return encoder((RowType) consumed.getLogicalType(), options);
            }

            @Override
            public ChangelogMode getChangelogMode() {
                return ChangelogMode.insertOnly();
            }
        };
    }
}
