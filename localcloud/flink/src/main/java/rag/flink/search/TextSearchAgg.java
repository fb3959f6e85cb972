package rag.flink.search;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.utils.DataTypeUtils;
import rag.flink.UserException;
import rag.flink.catalog.ObjectNames;
import rag.flink.functions.InvocationOptions;

/**
 * {@code TEXT_SEARCH_AGG(table, DESCRIPTOR(column), text, limit [, MAP[...]])}, as {@link SearchCalls} has written it.
 *
 * <p>One row for each input, with an array of the documents of which the column has a word of the text.
 */
public final class TextSearchAgg extends SearchFunction<SearchProvider.TextSearch> {

    private static final long serialVersionUID = 1L;

    private final String column;
    private final int limit;

    TextSearchAgg(ObjectNames names) {
        this(names, null, null, 0, null);
    }

    private TextSearchAgg(
            ObjectNames names, SearchedTable searched, String column, int limit, InvocationOptions options) {
        super(names, searched, options);
        this.column = column;
        this.limit = limit;
    }

    // Planning --------------------------------------------------------------------------------------------------------

    @Override
    public TypeInference getTypeInference(DataTypeFactory typeFactory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(
                        new SearchArguments(
                                List.of("table", "DESCRIPTOR(column)", "text", "limit"), TextSearchAgg::argumentsOf))
                .outputTypeStrategy(call -> Optional.of(specialized(call).searched.output()))
                .build();
    }

    private static List<DataType> argumentsOf(DataType text) {
        LogicalType type = text.getLogicalType();
        if (!type.is(LogicalTypeFamily.CHARACTER_STRING)) {
            throw new UserException(
                    "The third argument of TEXT_SEARCH_AGG is of type " + type.asSummaryString()
                            + ": it must be a text, of type STRING.");
        }
        return List.of(DataTypeUtils.toInternalDataType(text), DataTypes.INT().notNull());
    }

    @Override
    TextSearchAgg specialized(CallContext call) {
        SearchedTable found = SearchedTable.of(SearchCalls.TEXT_SEARCH, names, call);
        String named = SearchedTable.text(SearchCalls.TEXT_SEARCH, call, 1, "second", "DESCRIPTOR(column)");
        int wanted = SearchedTable.limit(SearchCalls.TEXT_SEARCH, call);
        InvocationOptions given = SearchedTable.options(SearchCalls.TEXT_SEARCH, call, 4, "fifth");
        found.requireColumn(named, "the words");
        TextSearchAgg search = new TextSearchAgg(names, found, named, wanted, given);
        search.requireServed();
        return search;
    }

    @Override
    SearchProvider.TextSearch opened() {
        ExternalTable table = searched.table();
        SearchProvider.TextRequest request =
                new SearchProvider.TextRequest(table, column, limit, options, searched::connection);
        return table.provider()
                .openTexts(request)
                .orElseThrow(
                        () ->
                                new UserException(
                                        "TEXT_SEARCH_AGG searches tables with 'connector' = 'elastic' here, and '"
                                                + table.name() + "' has '" + table.provider().connector()
                                                + "': search by meaning, with VECTOR_SEARCH_AGG."));
    }

    // Running ---------------------------------------------------------------------------------------------------------

    /** Called by the generated code. Nothing has a word of a null text. */
    public void eval(
            CompletableFuture<Collection<RowData>> result, String name, String column, StringData text, Integer limit) {
        if (text == null) {
            result.complete(rowOf(List.of()));
            return;
        }
        String wanted = text.toString(); // now: Flink uses the row again
        complete(result, () -> client().matching(wanted).stream().map(each -> row(each, 0)).toList());
    }

    public void eval(
            CompletableFuture<Collection<RowData>> result,
            String name,
            String column,
            StringData text,
            Integer limit,
            String options) {
        eval(result, name, column, text, limit);
    }
}
