package rag.flink.statement;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.internal.TableResultInternal;
import org.apache.flink.table.operations.DescribeFunctionOperation;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.operations.ShowOperation;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/** {@code DESCRIBE FUNCTION}, with Confluent's names of what Flink tells of a function. */
record FunctionDescription(DescribeFunctionOperation description) implements ShowOperation {

    private static final String NAME = "DESCRIBE FUNCTION";

    /** The operation itself, unless it describes a function. */
    static Operation of(Operation operation) {
        return operation instanceof DescribeFunctionOperation describe ? new FunctionDescription(describe) : operation;
    }

    @Override
    public String asSummaryString() {
        return NAME;
    }

    @Override
    public TableResultInternal execute(Context context) {
        List<List<String>> rows = new ArrayList<>();
        try (CloseableIterator<Row> told = description.execute(context).collect()) {
            told.forEachRemaining(row -> rows.add(List.of(name(row.getField(0)), String.valueOf(row.getField(1)))));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) { // of close(), which does nothing here
            throw new IllegalStateException(e);
        }
        return new ShowTexts(NAME, List.of("info name", "info value"), rows).execute(context);
    }

    private static String name(Object flinks) {
        return String.valueOf(flinks).replaceFirst("^(?:is|supports) ", "");
    }
}
