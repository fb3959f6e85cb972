package rag.flink.catalog;

import java.util.OptionalLong;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;

/** Sources of the catalog {@code examples}; there are no sinks. */
final class ExampleTableFactory implements DynamicTableSourceFactory, DynamicTableSinkFactory {

    @Override
    public String factoryIdentifier() {
        return "faker";
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
        ExampleTable table = ExampleTable.named(context.getObjectIdentifier().getObjectName()).orElseThrow();
        return new GeneratedSource(
                ExamplesCatalog.NAME + "." + ExamplesCatalog.DATABASE,
                table::row,
                table.key().isPresent(),
                GeneratedSource.ROWS_PER_SECOND,
                OptionalLong.empty(),
                context.getPhysicalRowDataType());
    }

    @Override
    public DynamicTableSink createDynamicTableSink(Context context) {
        throw ExamplesCatalog.isReadOnly();
    }
}
