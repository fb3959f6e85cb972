package rag.flink.format;

/** Confluent's {@code json-debezium-registry} format. */
public final class JsonDebeziumFormatFactory extends DebeziumFormatFactory {

    public JsonDebeziumFormatFactory() {
        super(new JsonRegistryFormatFactory());
    }

    @Override
    public String factoryIdentifier() {
        return "json-debezium-registry";
    }
}
