package rag.flink.catalog;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.TableChange;
import org.apache.flink.table.catalog.TableDistribution;
import org.apache.flink.table.catalog.UniqueConstraint;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.Settings;
import rag.flink.UserException;
import rag.flink.faker.FakerOptions;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

/** The tables of a database that are no topics, but make their rows up anew for each statement that reads them. */
final class FakerTables {

    private static final String CONNECTOR = "connector";

    private final Environment environment;
    private final Database database;
    private final CatalogStore store;

    FakerTables(Environment environment, Database database, CatalogStore store) {
        this.environment = environment;
        this.database = database;
        this.store = store;
    }

    static boolean isOne(CatalogBaseTable table) {
        return table instanceof CatalogTable && FakerOptions.CONNECTOR.equals(table.getOptions().get(CONNECTOR));
    }

    static UserException isReadOnly(String name) {
        return new UserException(
                "The table '" + name + "' generates its rows, and cannot be written: write into another one.");
    }

    /** Refuses options that would say nothing of a topic. */
    static void requireNone(Collection<String> keys) {
        keys.stream()
                .filter(FakerOptions::isOne)
                .sorted()
                .findFirst()
                .ifPresent(
                        key -> {
                            throw new UserException(
                                    "The option '" + key + "' is one of tables that generate their rows: add '" + CONNECTOR
                                            + "' = '" + FakerOptions.CONNECTOR + "', or leave it out.");
                        });
    }

    static DynamicTableSource source(DynamicTableFactory.Context context) {
        Map<String, String> options = context.getCatalogTable().getOptions();
        FakerOptions rows = new FakerOptions((RowType) context.getPhysicalRowDataType().getLogicalType(), options);
        return new GeneratedSource(
                context.getObjectIdentifier().asSummaryString(),
                rows::row,
                TopicTables.UPSERT.equals(options.get(TopicTables.CHANGELOG_MODE)),
                Integer.parseInt(
                        options.getOrDefault(
                                FakerOptions.ROWS_PER_SECOND, Integer.toString(GeneratedSource.ROWS_PER_SECOND))),
                FakerOptions.count(options),
                context.getPhysicalRowDataType());
    }

    private Optional<CatalogEntries.Generated> stored(String name) {
        return store.read(environment, database, entries -> Optional.ofNullable(entries.generated().get(name)));
    }

    Optional<CatalogTable> find(String name, boolean systemColumns) {
        return stored(name).map(found -> table(found, systemColumns));
    }

    private static CatalogTable table(CatalogEntries.Generated stored, boolean systemColumns) {
        CatalogEntries.Table declared = stored.declared();
        Map<String, Schema.UnresolvedColumn> physical = new LinkedHashMap<>();
        stored.columns().toSchema().getColumns().forEach(column -> physical.put(column.getName(), column));
        Map<String, CatalogEntries.Derived> derived = new LinkedHashMap<>();
        declared.derived().forEach(column -> derived.put(column.name(), column));
        Schema.Builder schema = Schema.newBuilder();
        for (String name : declared.columns()) {
            if (derived.containsKey(name)) {
                DerivedColumns.add(derived.get(name), schema);
            } else if (physical.get(name) instanceof Schema.UnresolvedPhysicalColumn column) {
                schema.column(name, column.getDataType());
            }
        }
        TopicTables.addTimes(schema, declared.watermark(), systemColumns);
        if (!declared.primaryKey().isEmpty()) {
            schema.primaryKey(declared.primaryKey());
        }
        CatalogTable.Builder table =
                CatalogTable.newBuilder().schema(schema.build()).comment(declared.comment()).options(declared.options());
        if (stored.buckets() > 0) {
            table.distribution(
                    declared.keys().isEmpty()
                            ? TableDistribution.ofUnknown(stored.buckets())
                            : TableDistribution.ofHash(declared.keys(), stored.buckets()));
        }
        return table.build();
    }

    /** Keeps the table, whose distribution is shown and nothing more: there is no topic. */
    void create(String name, ResolvedCatalogTable table) {
        ResolvedSchema schema = table.getResolvedSchema();
        Optional<UniqueConstraint> key = schema.getPrimaryKey();
        Map<String, String> options = new LinkedHashMap<>(table.getOptions());
        options.putIfAbsent(TopicTables.CHANGELOG_MODE, key.isPresent() ? TopicTables.UPSERT : "append");
        List<Column> physical = schema.getColumns().stream().filter(Column::isPhysical).toList();
        requirePlain(name, schema);
        require(name, physical, options, key.isPresent());
        CatalogEntries.Table declared =
                new CatalogEntries.Table(
                        schema.getColumnNames().stream().filter(column -> !column.equals(SystemColumns.ROWTIME)).toList(),
                        table.getDistribution().map(TableDistribution::getBucketKeys).orElse(List.of()),
                        key.map(UniqueConstraint::getColumns).orElse(List.of()),
                        options,
                        table.getComment(),
                        DerivedColumns.of(schema),
                        DerivedColumns.watermarkOf(schema).orElse(null),
                        Map.of());
        int buckets =
                table.getDistribution()
                        .map(distribution -> distribution.getBucketCount().orElse(NewTable.DEFAULT_PARTITIONS))
                        .orElse(0);
        keep(name, new CatalogEntries.Generated(Fields.of(ResolvedSchema.of(physical)), buckets, declared));
    }

    /** Changes options, computed columns and the watermark. */
    void alter(String name, CatalogBaseTable before, ResolvedCatalogTable after, List<TableChange> changes) {
        CatalogEntries.Generated stored = stored(name).orElseThrow();
        CatalogEntries.Table declared = stored.declared();
        List<Column> physical = after.getResolvedSchema().getColumns().stream().filter(Column::isPhysical).toList();
        if (!Fields.of(ResolvedSchema.of(physical)).equals(stored.columns())) {
            throw new UserException(
                    "The generated columns of the table '" + name + "' stay as they are: drop it, and create another.");
        }
        requirePlain(name, after.getResolvedSchema());
        Map<String, String> options = new LinkedHashMap<>(declared.options());
        for (TableChange change : changes) {
            if (change instanceof TableChange.SetOption option) {
                options.put(option.getKey(), option.getValue());
            } else if (change instanceof TableChange.ResetOption option) {
                options.remove(option.getKey());
            }
        }
        boolean isKeyed = !declared.primaryKey().isEmpty();
        options.putIfAbsent(TopicTables.CHANGELOG_MODE, isKeyed ? TopicTables.UPSERT : "append");
        require(name, physical, options, isKeyed);
        CatalogEntries.Table columns = TableColumns.changed(name, before, after, declared);
        keep(
                name,
                new CatalogEntries.Generated(
                        stored.columns(),
                        stored.buckets(),
                        new CatalogEntries.Table(
                                columns.columns(),
                                declared.keys(),
                                declared.primaryKey(),
                                options,
                                declared.comment(),
                                columns.derived(),
                                columns.watermark(),
                                Map.of())));
    }

    private void keep(String name, CatalogEntries.Generated table) {
        store.change(environment, database, entries -> entries.generated().put(name, table));
    }

    /** Of the record's metadata there is only $rowtime, the time at which a row is made. */
    private static void requirePlain(String name, ResolvedSchema schema) {
        schema.getColumns().stream()
                .filter(column -> column instanceof Column.MetadataColumn && !column.getName().equals(SystemColumns.ROWTIME))
                .findFirst()
                .ifPresent(
                        column -> {
                            throw new UserException(
                                    "The column '" + column.getName() + "' is metadata of a Kafka record, which the rows of '"
                                            + name + "' are not: write $rowtime for the time of a row.");
                        });
    }

    private static void require(String name, List<Column> physical, Map<String, String> options, boolean isKeyed) {
        Settings.TABLE.requireServed(options);
        if (!FakerOptions.CONNECTOR.equals(options.get(CONNECTOR))) {
            throw new UserException(
                    "The option '" + CONNECTOR + "' cannot be changed: drop the table '" + name + "', and create another.");
        }
        options.keySet().stream()
                .filter(key -> !key.equals(CONNECTOR) && !key.equals(TopicTables.CHANGELOG_MODE) && !FakerOptions.isOne(key))
                .sorted()
                .findFirst()
                .ifPresent(
                        key -> {
                            throw new UserException(
                                    "The option '" + key + "' is a topic's: leave it out of the table '" + name
                                            + "', which generates its rows.");
                        });
        String mode = options.get(TopicTables.CHANGELOG_MODE);
        if (mode.equals("retract")) {
            throw new UserException(
                    "'" + TopicTables.CHANGELOG_MODE + "' = 'retract' is not for a table that generates its rows: it takes"
                            + " none back. Write 'append', or 'upsert' with a primary key.");
        }
        TopicTables.requireKeyed(mode, isKeyed);
        if (physical.isEmpty()) {
            throw new UserException("Table '" + name + "' needs at least one physical column.");
        }
        new FakerOptions(
                (RowType) ResolvedSchema.of(physical).toPhysicalRowDataType().getLogicalType(), options);
    }
}
