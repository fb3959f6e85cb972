package rag.flink.catalog;

import java.util.List;
import java.util.function.Supplier;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;

/** A bounded source of rows that are computed when the statement is planned. */
record InformationSchemaSource(RowType type, Supplier<List<RowData>> rows) implements ScanTableSource {

    @Override
    public ChangelogMode getChangelogMode() {
        return ChangelogMode.insertOnly();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        return new DataStreamScanProvider() {
            @Override
            public DataStream<RowData> produceDataStream(
                    ProviderContext provider, StreamExecutionEnvironment environment) {
                List<RowData> found = rows.get();
                if (found.isEmpty()) {
                    // Flink's source of a collection emits one element at least, and fails if there is none.
                    RowData none = new GenericRowData(type.getFieldCount());
                    return environment.fromData(List.of(none), InternalTypeInfo.of(type)).filter(row -> false);
                }
                return environment.fromData(found, InternalTypeInfo.of(type));
            }

            @Override
            public boolean isBounded() {
                return true;
            }
        };
    }

    @Override
    public DynamicTableSource copy() {
        return this;
    }

    @Override
    public String asSummaryString() {
        return InformationSchema.NAME;
    }
}
