package rag.flink.search;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.utils.DataTypeUtils;
import rag.flink.UserException;
import rag.flink.catalog.ObjectNames;
import rag.flink.functions.InvocationOptions;

/**
 * {@code KEY_SEARCH_AGG(table, DESCRIPTOR(column), key [, MAP[...]])}, as {@link SearchCalls} has written it.
 *
 * <p>One row for each input, with an array of the documents whose column has the key.
 */
public final class KeySearchAgg extends SearchFunction<SearchProvider.KeySearch> {

    private static final long serialVersionUID = 1L;
    private static final Set<LogicalTypeRoot> KEYS =
            Set.of(
                    LogicalTypeRoot.CHAR,
                    LogicalTypeRoot.VARCHAR,
                    LogicalTypeRoot.BOOLEAN,
                    LogicalTypeRoot.TINYINT,
                    LogicalTypeRoot.SMALLINT,
                    LogicalTypeRoot.INTEGER,
                    LogicalTypeRoot.BIGINT,
                    LogicalTypeRoot.DOUBLE);

    private final String column;

    KeySearchAgg(ObjectNames names) {
        this(names, null, null, null);
    }

    private KeySearchAgg(ObjectNames names, SearchedTable searched, String column, InvocationOptions options) {
        super(names, searched, options);
        this.column = column;
    }

    // Planning --------------------------------------------------------------------------------------------------------

    @Override
    public TypeInference getTypeInference(DataTypeFactory typeFactory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(
                        new SearchArguments(List.of("table", "DESCRIPTOR(column)", "key"), KeySearchAgg::argumentsOf))
                .outputTypeStrategy(call -> Optional.of(specialized(call).searched.output()))
                .build();
    }

    private static List<DataType> argumentsOf(DataType key) {
        LogicalType type = key.getLogicalType();
        if (!KEYS.contains(type.getTypeRoot())) {
            throw new UserException(
                    "The third argument of KEY_SEARCH_AGG is of type " + type.asSummaryString()
                            + ": a key is of type STRING, BOOLEAN, TINYINT, SMALLINT, INT, BIGINT or DOUBLE.");
        }
        return List.of(DataTypeUtils.toInternalDataType(key));
    }

    @Override
    KeySearchAgg specialized(CallContext call) {
        SearchedTable found = SearchedTable.of(SearchCalls.KEY_SEARCH, names, call);
        String named = SearchedTable.text(SearchCalls.KEY_SEARCH, call, 1, "second", "DESCRIPTOR(column)");
        InvocationOptions given = SearchedTable.options(SearchCalls.KEY_SEARCH, call, 3, "fourth");
        found.requireColumn(named, "the key");
        KeySearchAgg search = new KeySearchAgg(names, found, named, given);
        search.requireServed();
        return search;
    }

    @Override
    SearchProvider.KeySearch opened() {
        SearchProvider.KeyRequest request =
                new SearchProvider.KeyRequest(searched.table(), column, options, searched::connection);
        return searched.table()
                .provider()
                .openKeys(request)
                .orElseThrow(
                        () ->
                                new UserException(
                                        "KEY_SEARCH_AGG searches tables with 'connector' = 'mongodb' here, and '"
                                                + searched.table().name() + "' has '"
                                                + searched.table().provider().connector() + "'."));
    }

    // Running ---------------------------------------------------------------------------------------------------------

    /** Called by the generated code. Nothing has a null key. */
    public void eval(CompletableFuture<Collection<RowData>> result, String name, String column, Object key) {
        if (key == null) {
            result.complete(rowOf(List.of()));
            return;
        }
        Object wanted = asBson(key); // now: Flink uses the row again
        complete(result, () -> client().find(wanted).stream().map(each -> row(each, 0)).toList());
    }

    public void eval(
            CompletableFuture<Collection<RowData>> result, String name, String column, Object key, String options) {
        eval(result, name, column, key);
    }

    private static Object asBson(Object key) {
        if (key instanceof StringData text) {
            return text.toString();
        }
        return key instanceof Byte || key instanceof Short ? ((Number) key).intValue() : key;
    }
}
