package rag.flink.search;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.utils.DataTypeUtils;
import rag.flink.UserException;
import rag.flink.catalog.ObjectNames;
import rag.flink.functions.InvocationOptions;

/**
 * {@code VECTOR_SEARCH_AGG(table, DESCRIPTOR(column), vector, limit [, MAP[...]])}, as {@link SearchCalls} has written it.
 */
public final class VectorSearchAgg extends SearchFunction<SearchProvider.Search> {

    private static final long serialVersionUID = 1L;

    private final String vectorField;
    private final int limit;

    VectorSearchAgg(ObjectNames names) {
        this(names, null, null, 0, null);
    }

    private VectorSearchAgg(
            ObjectNames names, SearchedTable searched, String vectorField, int limit, InvocationOptions options) {
        super(names, searched, options);
        this.vectorField = vectorField;
        this.limit = limit;
    }

    // Planning --------------------------------------------------------------------------------------------------------

    @Override
    public TypeInference getTypeInference(DataTypeFactory typeFactory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(
                        new SearchArguments(
                                List.of("table", "DESCRIPTOR(column)", "vector", "limit"),
                                VectorSearchAgg::argumentsOf))
                .outputTypeStrategy(call ->
                                Optional.of(
                                        specialized(call)
                                                .searched
                                                .output(DataTypes.FIELD(ExternalTable.SCORE, DataTypes.DOUBLE()))))
                .build();
    }

    private static List<DataType> argumentsOf(DataType vector) {
        LogicalType type = vector.getLogicalType();
        if (!(type instanceof ArrayType array) || array.getElementType().getTypeRoot() != LogicalTypeRoot.FLOAT) {
            throw new UserException(
                    "The third argument of VECTOR_SEARCH_AGG is of type " + type.asSummaryString()
                            + ": it must be a vector, of type ARRAY<FLOAT>.");
        }
        return List.of(
                DataTypeUtils.toInternalDataType(DataTypes.ARRAY(DataTypes.FLOAT())), DataTypes.INT().notNull());
    }

    @Override
    VectorSearchAgg specialized(CallContext call) {
        SearchedTable found = SearchedTable.of(SearchCalls.VECTOR_SEARCH, names, call);
        String column = SearchedTable.text(SearchCalls.VECTOR_SEARCH, call, 1, "second", "DESCRIPTOR(column)");
        int wanted = SearchedTable.limit(SearchCalls.VECTOR_SEARCH, call);
        found.table().provider().checkLimit(found.table(), wanted);
        InvocationOptions given = SearchedTable.options(SearchCalls.VECTOR_SEARCH, call, 4, "fifth");
        String named = found.table().provider().vectorField(found.table().options());
        return new VectorSearchAgg(names, found, named == null ? column : named, wanted, given);
    }

    @Override
    SearchProvider.Search opened() {
        ExternalTable table = searched.table();
        return table.provider()
                .open(new SearchProvider.SearchRequest(table, vectorField, limit, options, searched::connection));
    }

    // Running ---------------------------------------------------------------------------------------------------------

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
                                searched.described() + ": the vector has a NULL at position " + (i + 1) + "."));
                return;
            }
            numbers[i] = vector.getFloat(i);
        }
        complete(result, () -> client().nearest(numbers).stream().map(this::row).toList());
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

    private GenericRowData row(SearchProvider.Found found) {
        GenericRowData row = row(found.document(), 1);
        row.setField(row.getArity() - 1, found.score());
        return row;
    }
}
