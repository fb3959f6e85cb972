package rag.flink.statement;

import java.util.function.UnaryOperator;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.table.api.internal.ResultProvider;
import org.apache.flink.table.api.internal.TableResultImpl;
import org.apache.flink.table.api.internal.TableResultInternal;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.utils.print.RowDataToStringConverter;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/** A result whose rows are transformed before the gateway gets them. */
final class WrappedResult implements ResultProvider {

    private final TableResultInternal result;
    private final CloseableIterator<RowData> rows;

    private WrappedResult(TableResultInternal result, CloseableIterator<RowData> rows) {
        this.result = result;
        this.rows = rows;
    }

    static TableResultInternal of(
            TableResultInternal result, UnaryOperator<CloseableIterator<RowData>> wrapper) {
        return TableResultImpl.builder()
                .jobClient(result.getJobClient().orElseThrow())
                .resultKind(result.getResultKind())
                .schema(result.getResolvedSchema())
                .resultProvider(new WrappedResult(result, wrapper.apply(result.collectInternal())))
                .setPrintStyle(((TableResultImpl) result).getPrintStyle())
                .build();
    }

    @Override
    public ResultProvider setJobClient(JobClient jobClient) {
        return this;
    }

    @Override
    public CloseableIterator<RowData> toInternalIterator() {
        return rows;
    }

    @Override
    public CloseableIterator<Row> toExternalIterator() {
        throw new UnsupportedOperationException("the gateway reads internal rows");
    }

    @Override
    public RowDataToStringConverter getRowDataStringConverter() {
        return result.getRowDataToStringConverter();
    }

    @Override
    public boolean isFirstRowReady() {
        return true;
    }
}
