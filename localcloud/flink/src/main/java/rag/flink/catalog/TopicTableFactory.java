package rag.flink.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicSink;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicSource;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicTableFactory;
import org.apache.flink.streaming.connectors.kafka.table.UpsertKafkaDynamicTableFactory;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.catalog.UniqueConstraint;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.types.RowKind;
import rag.flink.UserException;
import rag.flink.catalog.SchemaRegistry.Registered;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

/**
 * Turns a table of the catalog into Flink's Kafka connector.
 *
 * <p>A table's own options are Confluent's. The connector's other options (addresses, login, schema ids) are added here,
 * so that no statement can show or set them.
 */
final class TopicTableFactory implements DynamicTableSourceFactory, DynamicTableSinkFactory {

    /** The broker's maximum: transactions that are open while a machine sleeps must not time out. */
    private static final String TRANSACTION_TIMEOUT_MILLIS = "900000";

    /** Kafka's default of 16 kB holds four vectors; larger batches are less work for the broker. */
    private static final String PRODUCER_BATCH_BYTES = Integer.toString(256 * 1024);

    /** The largest {@code kafka.max-message-size} of Confluent Cloud: the topic's setting decides, not the producer's 1 MB. */
    private static final String LARGEST_RECORD_BYTES = Integer.toString(20 * 1024 * 1024);

    private final Environment environment;
    private final StatementContext statement;

    TopicTableFactory(Environment environment, StatementContext statement) {
        this.environment = environment;
        this.statement = statement;
    }

    @Override
    public String factoryIdentifier() {
        return "confluent";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        Map<String, String> options = connectorOptions(context, part -> latestSchema(context, part));
        Map<String, String> table = context.getCatalogTable().getOptions();
        options.put("properties.group.id", statement.transactionalIdPrefix());
        // Offsets are in the checkpoints; committing them as well would need rights on a consumer group.
        options.put("properties.commit.offsets.on.checkpoint", "false");
        options.put(
                "properties.isolation.level",
                table.getOrDefault(TopicSettings.ISOLATION_LEVEL, "read-committed").replace('-', '_'));
        boolean upsert = isUpsert(table);
        String carriedOver = statement.startingOffsets().get(options.get("topic"));
        // Carried-over offsets win over the statement's and the table's options: the table may say `earliest`. An upsert source
        // always reads from the beginning, to build its state.
        if (!upsert && carriedOver != null) {
            options.put("scan.startup.mode", "specific-offsets");
            options.put("scan.startup.specific-offsets", carriedOver);
        } else if (!upsert) {
            options.putAll(ScanOptions.of("startup", table, statement));
        }
        options.putAll(ScanOptions.of("bounded", table, statement));
        Context delegated = delegate(context, options, upsert);
        DynamicTableSourceFactory factory = upsert ? new UpsertKafkaDynamicTableFactory() : new KafkaDynamicTableFactory();
        RecordSource records =
                new RecordSource((KafkaDynamicSource) factory.createDynamicTableSource(delegated), faulty(context));
        ScanTableSource source =
                isRetract(table) && !isDebezium(table)
                        ? new RetractSource(records, context.getPhysicalRowDataType())
                        : records;
        boolean isBatch =
                context.getConfiguration().get(ExecutionOptions.RUNTIME_MODE) == RuntimeExecutionMode.BATCH;
        boolean isFinal = !isBatch || source.getChangelogMode().containsOnly(RowKind.INSERT);
        return new RowtimeSource(
                isFinal ? source : FinalRowsSource.of(source, context), statement.name(), statement.drift());
    }

    /** What the table's options say of records that cannot be read. */
    private FaultyRecords faulty(Context context) {
        Map<String, String> table = context.getCatalogTable().getOptions();
        Optional<String> letters = DeadLetters.of(table);
        if (letters.isEmpty()) {
            boolean fails = table.getOrDefault(DeadLetters.MODE, DeadLetters.FAIL).equals(DeadLetters.FAIL);
            return fails ? FaultyRecords.FAIL : FaultyRecords.IGNORE;
        }
        Database database = database(context);
        new Topics(environment, statement.principal())
                .requireWritable(database, letters.get(), context.getObjectIdentifier().getObjectName());
        Registered schema =
                new SchemaRegistry(environment.registryUrl(), statement.principal())
                        .latest(letters.get() + "-value")
                        .orElseThrow(() -> new UserException("The topic '" + letters.get() + "' has no value schema."));
        return new DeadLetterWriter(
                letters.get(),
                KafkaClients.settings(database, statement.principal()),
                TableFormat.ofSchemaType(schema.type()).serializer(DeadLetters.row(), schema),
                statement.name(),
                context.getObjectIdentifier());
    }

    private Database database(Context context) {
        return environment
                .database(context.getObjectIdentifier().getDatabaseName())
                .orElseThrow(
                        () ->
                                new UserException(
                                        "The database of '" + context.getObjectIdentifier().getObjectName()
                                                + "' is gone."));
    }

    @Override
    public DynamicTableSink createDynamicTableSink(Context context) {
        if (isDebezium(context.getCatalogTable().getOptions())) {
            throw new UserException(
                    "The table '" + context.getObjectIdentifier().getObjectName()
                            + "' holds change events of Debezium, which Flink only reads: INSERT INTO another table.");
        }
        return sink(context, part -> latestSchema(context, part), statement.nextSinkPrefix());
    }

    /** The sink of a table that a statement is about to create, for planning only: it is never run. */
    DynamicTableSink createPlannedSink(Context context) {
        String topic = context.getObjectIdentifier().getObjectName();
        ResolvedCatalogTable asked = context.getCatalogTable();
        NewTable wanted = NewTable.of(topic, asked);
        Context planned =
                new FactoryUtil.DefaultDynamicTableContext(
                        context.getObjectIdentifier(),
                        new ResolvedCatalogTable(wanted.table(topic), asked.getResolvedSchema()),
                        Map.of(),
                        context.getConfiguration(),
                        context.getClassLoader(),
                        context.isTemporary());
        return sink(
                planned,
                part -> (part.equals("key") ? wanted.key() : wanted.value()).orElseThrow(),
                statement.transactionalIdPrefix());
    }

    private DynamicTableSink sink(Context context, Function<String, Registered> schemas, String transactionalIdPrefix) {
        MetadataColumns.requireWritable(context.getCatalogTable().getResolvedSchema().getColumns());
        Map<String, String> options = connectorOptions(context, schemas);
        Map<String, String> table = context.getCatalogTable().getOptions();
        boolean upsert = isUpsert(table);
        options.put("sink.delivery-guarantee", "exactly-once");
        options.put("sink.transactional-id-prefix", transactionalIdPrefix);
        // A pool of ids that are reused: a new one for each commit would fill the broker's memory within days.
        options.put("sink.transaction-naming-strategy", "pooling");
        options.put("properties.transaction.timeout.ms", TRANSACTION_TIMEOUT_MILLIS);
        options.put("properties.batch.size", PRODUCER_BATCH_BYTES);
        options.put("properties.max.request.size", LARGEST_RECORD_BYTES);
        options.put(
                "properties.compression.type",
                table.getOrDefault(TopicSettings.COMPRESSION_TYPE, "none"));
        // Without a key, Kafka would spread rows over partitions, and a retraction could overtake its row.
        if (isRetract(table) && options.getOrDefault("key.format", RecordColumns.RAW).equals(RecordColumns.RAW)) {
            options.put("sink.partitioner", ValuePartitioner.class.getName());
        }
        Context delegated = delegate(context, options, upsert);
        if (upsert) {
            return new BucketedSink(new UpsertKafkaDynamicTableFactory().createDynamicTableSink(delegated));
        }
        DynamicTableSink sink = new KafkaDynamicTableFactory().createDynamicTableSink(delegated);
        return new BucketedSink(
                isRetract(table) ? new RetractSink((KafkaDynamicSink) sink, context.getPhysicalRowDataType()) : sink);
    }

    /** @param schemas the schema of {@code key} and {@code value} */
    private Map<String, String> connectorOptions(Context context, Function<String, Registered> schemas) {
        String topic = context.getObjectIdentifier().getObjectName();
        Map<String, String> table = context.getCatalogTable().getOptions();
        Map<String, String> options = new LinkedHashMap<>();
        options.put("connector", isUpsert(table) ? "upsert-kafka" : "kafka");
        options.put("topic", topic);
        KafkaClients.settings(database(context), statement.principal())
                .forEach((key, value) -> options.put("properties." + key, value));
        List<String> keys =
                context.getCatalogTable().getDistribution().map(TableDistribution::getBucketKeys).orElse(List.of());
        if (!keys.isEmpty()) {
            addFormat(options, "key", table.get(RecordColumns.KEY_FORMAT), schemas);
            addFields(context, keys, options);
        }
        addFormat(options, "value", table.get(RecordColumns.VALUE_FORMAT), schemas);
        if (isDebezium(table)) {
            options.put(
                    "value." + table.get(RecordColumns.VALUE_FORMAT) + ".changelog-mode",
                    table.get(TopicTables.CHANGELOG_MODE));
        }
        return options;
    }

    /** How the connector tells the columns of key and value apart. */
    private static void addFields(Context context, List<String> keys, Map<String, String> options) {
        Map<String, String> table = context.getCatalogTable().getOptions();
        boolean includesAll = "all".equals(table.get(RecordColumns.FIELDS_INCLUDE));
        options.put("value.fields-include", includesAll ? "ALL" : "EXCEPT_KEY");
        if (table.containsKey(RecordColumns.KEY_PREFIX)) {
            options.put(RecordColumns.KEY_PREFIX, table.get(RecordColumns.KEY_PREFIX));
        }
        if (!isUpsert(table)) {
            options.put("key.fields", String.join(";", keys));
        }
        String format = table.get(RecordColumns.KEY_FORMAT);
        if (!format.equals(RecordColumns.RAW)) {
            ResolvedSchema schema = context.getCatalogTable().getResolvedSchema();
            boolean mayBeNull =
                    keys.stream()
                            .allMatch(
                                    key ->
                                            schema.getColumn(key)
                                                    .orElseThrow()
                                                    .getDataType()
                                                    .getLogicalType()
                                                    .isNullable());
            options.put("key." + format + ".missing-key", includesAll || mayBeNull ? "NULL" : "REFUSED");
        }
    }

    private void addFormat(
            Map<String, String> options, String part, String format, Function<String, Registered> schemas) {
        options.put(part + ".format", format);
        if (format.equals(RecordColumns.RAW)) {
            return;
        }
        Registered schema = schemas.apply(part);
        String prefix = part + "." + format + ".";
        options.put(prefix + "schema-id", Integer.toString(schema.id()));
        options.put(prefix + "schema", schema.schema());
        options.put(prefix + "url", environment.registryUrl());
    }

    private Registered latestSchema(Context context, String part) {
        String topic = context.getObjectIdentifier().getObjectName();
        SchemaRegistry registry = new SchemaRegistry(environment.registryUrl(), statement.principal());
        return registry.latest(topic + "-" + part)
                .map(registry::selfContained)
                .orElseThrow(() -> new UserException("The topic '" + topic + "' has no " + part + " schema."));
    }

    /** The append-only connector accepts no primary key: with it, uniqueness is the user's promise (NOT ENFORCED). */
    private static Context delegate(Context context, Map<String, String> options, boolean upsert) {
        ResolvedCatalogTable table = context.getCatalogTable();
        ResolvedSchema schema = table.getResolvedSchema();
        UniqueConstraint primaryKey = upsert ? schema.getPrimaryKey().orElse(null) : null;
        List<Column> columns = schema.getColumns();
        ResolvedSchema delegatedSchema = new ResolvedSchema(columns, schema.getWatermarkSpecs(), primaryKey, List.of());
        return new FactoryUtil.DefaultDynamicTableContext(
                context.getObjectIdentifier(),
                new ResolvedCatalogTable(table.getOrigin().copy(options), delegatedSchema),
                Map.of(),
                context.getConfiguration(),
                context.getClassLoader(),
                context.isTemporary());
    }

    private static boolean isUpsert(Map<String, String> table) {
        return "upsert".equals(table.get(TopicTables.CHANGELOG_MODE));
    }

    private static boolean isDebezium(Map<String, String> table) {
        return TableFormat.isDebezium(table.get(RecordColumns.VALUE_FORMAT));
    }

    private static boolean isRetract(Map<String, String> table) {
        return "retract".equals(table.get(TopicTables.CHANGELOG_MODE));
    }
}
