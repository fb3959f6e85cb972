package rag.flink.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.AsyncTableFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.ArgumentCount;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.ConstantArgumentCount;
import org.apache.flink.table.types.inference.InputTypeStrategy;
import org.apache.flink.table.types.inference.Signature;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.utils.DataTypeUtils;
import rag.flink.UserException;
import rag.flink.catalog.ObjectNames;
import rag.flink.functions.InvocationOptions;

/**
 * {@code VECTOR_SEARCH_AGG(table, DESCRIPTOR(column), vector, limit [, MAP[...]])}, as {@link SearchCalls} has written it.
 *
 * <p>One row for each input, with an array of what was found. As {@code MlPredict}, the instance that is shipped with a
 * job holds names only, never a password.
 */
public final class VectorSearchAgg extends AsyncTableFunction<RowData> implements SpecializedFunction {

    private static final long serialVersionUID = 1L;

    private final transient ObjectNames names;
    private final SearchedTable searched;
    private final String vectorField;
    private final int limit;
    private final InvocationOptions options;
    private transient RepeatedSearch search;
    private transient ExecutorService threads;

    VectorSearchAgg(ObjectNames names) {
        this(names, null, null, 0, null);
    }

    private VectorSearchAgg(
            ObjectNames names, SearchedTable searched, String vectorField, int limit, InvocationOptions options) {
        this.names = names;
        this.searched = searched;
        this.vectorField = vectorField;
        this.limit = limit;
        this.options = options;
    }

    // Planning --------------------------------------------------------------------------------------------------------

    @Override
    public TypeInference getTypeInference(DataTypeFactory typeFactory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(new Arguments())
                .outputTypeStrategy(call ->
                                Optional.of(
                                        specialized(call)
                                                .searched
                                                .output(DataTypes.FIELD(ExternalTable.SCORE, DataTypes.DOUBLE()))))
                .build();
    }

    /** Every argument but the vector is written out; what is wrong with one is told in a sentence of its own. */
    private static final class Arguments implements InputTypeStrategy {

        @Override
        public ArgumentCount getArgumentCount() {
            return ConstantArgumentCount.between(4, 5);
        }

        @Override
        public Optional<List<DataType>> inferInputTypes(CallContext call, boolean throwOnFailure) {
            LogicalType vector = call.getArgumentDataTypes().get(2).getLogicalType();
            if (!(vector instanceof ArrayType array)
                    || array.getElementType().getTypeRoot() != LogicalTypeRoot.FLOAT) {
                throw new UserException(
                        "The third argument of VECTOR_SEARCH_AGG is of type " + vector.asSummaryString()
                                + ": it must be a vector, of type ARRAY<FLOAT>.");
            }
            List<DataType> types =
                    new ArrayList<>(
                            List.of(
                                    DataTypes.STRING().notNull(),
                                    DataTypes.STRING().notNull(),
                                    internal(DataTypes.ARRAY(DataTypes.FLOAT())),
                                    DataTypes.INT().notNull()));
            if (call.getArgumentDataTypes().size() == 5) {
                types.add(DataTypes.STRING().notNull());
            }
            return Optional.of(types);
        }

        @Override
        public List<Signature> getExpectedSignatures(FunctionDefinition definition) {
            return List.of(
                    Signature.of(
                            Signature.Argument.of("table"),
                            Signature.Argument.of("DESCRIPTOR(column)"),
                            Signature.Argument.of("vector"),
                            Signature.Argument.of("limit")));
        }
    }

    private static DataType internal(DataType type) {
        return DataTypeUtils.toInternalDataType(type);
    }

    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        return specialized(context.getCallContext());
    }

    private VectorSearchAgg specialized(CallContext call) {
        SearchedTable found = SearchedTable.of(SearchCalls.VECTOR_SEARCH, names, call);
        String column = SearchedTable.text(SearchCalls.VECTOR_SEARCH, call, 1, "second", "DESCRIPTOR(column)");
        int wanted = limit(call, found.table());
        InvocationOptions given = SearchedTable.options(SearchCalls.VECTOR_SEARCH, call, 4, "fifth");
        String named = found.table().provider().vectorField(found.table().options());
        return new VectorSearchAgg(names, found, named == null ? column : named, wanted, given);
    }

    private static int limit(CallContext call, ExternalTable table) {
        int wanted =
                call.isArgumentLiteral(3) ? call.getArgumentValue(3, Integer.class).orElse(0) : 0;
        if (wanted < 1 || wanted > SearchProvider.MOST_RESULTS) {
            throw new UserException(
                    "The fourth argument of VECTOR_SEARCH_AGG, how many results it gives, must be a number from 1 to "
                            + SearchProvider.MOST_RESULTS + ".");
        }
        table.provider().checkLimit(table, wanted);
        return wanted;
    }

    /** The store may hold other documents tomorrow: never folded or computed twice. */
    @Override
    public boolean isDeterministic() {
        return false;
    }

    // Running ---------------------------------------------------------------------------------------------------------

    @Override
    public void open(FunctionContext context) {
        ExternalTable table = searched.table();
        SearchProvider.SearchRequest request =
                new SearchProvider.SearchRequest(table, vectorField, limit, options, searched::connection);
        search = new RepeatedSearch(table.provider().open(request), table.name(), options.retries());
        threads =
                Executors.newFixedThreadPool(
                        options.parallelism(),
                        task -> {
                            Thread thread = new Thread(task, "vector-search-" + table.name());
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    @Override
    public void close() {
        if (threads != null) {
            threads.shutdownNow();
        }
        if (search != null) {
            search.close();
        }
    }

    /** Called by the generated code. Nothing is near to a null vector. */
    public void eval(
            CompletableFuture<Collection<RowData>> result, String name, String column, ArrayData vector, Integer limit) {
        if (vector == null) {
            result.complete(rowOf(List.of()));
            return;
        }
        float[] numbers = new float[vector.size()];
        for (int i = 0; i < vector.size(); i++) { // now: Flink uses the row again
            if (vector.isNullAt(i)) {
                result.completeExceptionally(
                        new SearchException(
                                "VECTOR_SEARCH_AGG of '" + searched.table().name() + "': the vector has a NULL at position "
                                        + (i + 1) + "."));
                return;
            }
            numbers[i] = vector.getFloat(i);
        }
        threads.execute(
                () -> {
                    try {
                        result.complete(rowOf(search.nearest(numbers)));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt(); // closed: nobody waits for it any more
                    } catch (RuntimeException | Error e) { // whatever it is: the job would wait for ever
                        result.completeExceptionally(e);
                    }
                });
    }

    public void eval(
            CompletableFuture<Collection<RowData>> result,
            String name,
            String column,
            ArrayData vector,
            Integer limit,
            String options) {
        eval(result, name, column, vector, limit);
    }

    private Collection<RowData> rowOf(List<SearchProvider.Found> found) {
        RowType shown = searched.table().columns();
        int columns = shown.getFieldCount();
        Object[] rows = new Object[found.size()];
        for (int i = 0; i < rows.length; i++) {
            GenericRowData row = DocumentValues.row(found.get(i).document(), shown, columns + 1);
            row.setField(columns, found.get(i).score());
            rows[i] = row;
        }
        Collection<RowData> result = new ArrayList<>(1);
        result.add(GenericRowData.of(new GenericArrayData(rows)));
        return result;
    }
}
