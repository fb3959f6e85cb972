package rag.flink.catalog;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.exceptions.TableNotExistException;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.UserException;

/** Sources and sinks of the catalog's tables: a topic, or the catalog itself for {@code INFORMATION_SCHEMA}. */
final class CatalogTableFactory implements DynamicTableSourceFactory, DynamicTableSinkFactory {

    private final EnvironmentCatalog catalog;
    private final TopicTableFactory topics;

    CatalogTableFactory(EnvironmentCatalog catalog, TopicTableFactory topics) {
        this.catalog = catalog;
        this.topics = topics;
    }

    @Override
    public String factoryIdentifier() {
        return topics.factoryIdentifier();
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
        if (ExternalTables.isExternal(context.getCatalogTable())) {
            throw ExternalTables.isSearchedOnly(context.getObjectIdentifier().getObjectName());
        }
        if (FakerTables.isOne(context.getCatalogTable())) {
            return FakerTables.source(context);
        }
        if (!describesCatalog(context)) {
            return topics.createDynamicTableSource(context);
        }
        String view = context.getObjectIdentifier().getObjectName();
        return new InformationSchemaSource(
                (RowType) context.getPhysicalRowDataType().getLogicalType(),
                () -> new InformationSchema(catalog).rows(view));
    }

    @Override
    public DynamicTableSink createDynamicTableSink(Context context) {
        if (describesCatalog(context)) {
            throw new UserException(InformationSchema.NAME + " can only be read.");
        }
        if (ExternalTables.isExternal(context.getCatalogTable())) {
            throw ExternalTables.isReadOnly(context.getObjectIdentifier().getObjectName());
        }
        if (FakerTables.isOne(context.getCatalogTable())) {
            throw FakerTables.isReadOnly(context.getObjectIdentifier().getObjectName());
        }
        return isStored(context) ? topics.createDynamicTableSink(context) : topics.createPlannedSink(context);
    }

    /** Whether the table is in the catalog (hints may differ), and not one that a statement is about to create. */
    private boolean isStored(Context context) {
        try {
            CatalogBaseTable stored = catalog.getTable(context.getObjectIdentifier().toObjectPath());
            return context.getCatalogTable().getOptions().keySet().containsAll(stored.getOptions().keySet());
        } catch (TableNotExistException e) {
            return false;
        }
    }

    private static boolean describesCatalog(Context context) {
        return context.getObjectIdentifier().getDatabaseName().equals(InformationSchema.NAME);
    }
}
