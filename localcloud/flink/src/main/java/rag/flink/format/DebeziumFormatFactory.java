package rag.flink.format;

import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;

/** Confluent's {@code *-debezium-registry} formats: registered change events of Debezium, which Flink only reads. */
abstract class DebeziumFormatFactory implements DeserializationFormatFactory {

    private static final ConfigOption<String> MODE =
            ConfigOptions.key("changelog-mode").stringType().noDefaultValue();

    private final RegistryFormatFactory plain;

    DebeziumFormatFactory(RegistryFormatFactory plain) {
        this.plain = plain;
    }

    @Override
    public final Set<ConfigOption<?>> requiredOptions() {
        return Set.of(
                RegistryFormatFactory.SCHEMA_ID, RegistryFormatFactory.SCHEMA, RegistryFormatFactory.URL, MODE);
    }

    @Override
    public final Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public final DecodingFormat<DeserializationSchema<RowData>> createDecodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        String mode = options.get(MODE);
        return new DecodingFormat<>() {
            @Override
            public DeserializationSchema<RowData> createRuntimeDecoder(
                    DynamicTableSource.Context source, DataType produced) {
                RowType envelope = envelope((RowType) produced.getLogicalType().copy(true));
                return new DebeziumDeserializer(
                        plain.decoder(envelope, InternalTypeInfo.of(envelope), options),
                        mode,
                        DataType.getFieldCount(produced),
                        source.createTypeInformation(produced));
            }

            @Override
            public ChangelogMode getChangelogMode() {
                return mode.equals("retract") ? ChangelogMode.all() : ChangelogMode.insertOnly();
            }
        };
    }

    private static RowType envelope(RowType row) {
        return new RowType(
                false,
                List.of(
                        new RowType.RowField(Debezium.BEFORE, row),
                        new RowType.RowField(Debezium.AFTER, row),
                        new RowType.RowField(Debezium.OP, new VarCharType(VarCharType.MAX_LENGTH))));
    }
}
