package rag.flink.statement;

import org.apache.flink.core.execution.JobClient;
import org.apache.flink.table.api.internal.ResultProvider;
import org.apache.flink.table.api.internal.TableResultImpl;
import org.apache.flink.table.api.internal.TableResultInternal;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.utils.print.RowDataToStringConverter;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/** A result of which only the first rows are taken. */
final class LimitedResult implements ResultProvider {

    private final TableResultInternal result;
    private final CloseableIterator<RowData> rows;

    private LimitedResult(TableResultInternal result, long limit, Runnable reached) {
        this.result = result;
        this.rows = new LimitedRows(result.collectInternal(), limit, reached);
    }

    static TableResultInternal of(TableResultInternal result, long limit, Runnable reached) {
        return TableResultImpl.builder()
                .jobClient(result.getJobClient().orElseThrow())
                .resultKind(result.getResultKind())
                .schema(result.getResolvedSchema())
                .resultProvider(new LimitedResult(result, limit, reached))
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
