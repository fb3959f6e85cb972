package rag.flink.format;

/** Confluent's {@code avro-debezium-registry} format. */
public final class AvroDebeziumFormatFactory extends DebeziumFormatFactory {

    public AvroDebeziumFormatFactory() {
        super(new AvroRegistryFormatFactory());
    }

    @Override
    public String factoryIdentifier() {
        return "avro-debezium-registry";
    }
}
