package rag.flink.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
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
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.utils.DataTypeUtils;
import rag.flink.UserException;
import rag.flink.catalog.ObjectNames;
import rag.flink.functions.InvocationOptions;

/**
 * {@code KEY_SEARCH_AGG(table, DESCRIPTOR(column), key [, MAP[...]])}, as {@link SearchCalls} has written it.
 *
 * <p>One row for each input, with an array of the documents whose column has the key.
 */
public final class KeySearchAgg extends AsyncTableFunction<RowData> implements SpecializedFunction {

    private static final long serialVersionUID = 1L;

    private final transient ObjectNames names;
    private final SearchedTable searched;
    private final String column;
    private final InvocationOptions options;
    private transient SearchProvider.KeySearch search;
    private transient ExecutorService threads;

    KeySearchAgg(ObjectNames names) {
        this(names, null, null, null);
    }

    private KeySearchAgg(ObjectNames names, SearchedTable searched, String column, InvocationOptions options) {
        this.names = names;
        this.searched = searched;
        this.column = column;
        this.options = options;
    }

    // Planning --------------------------------------------------------------------------------------------------------

    @Override
    public TypeInference getTypeInference(DataTypeFactory typeFactory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(new Arguments())
                .outputTypeStrategy(call -> Optional.of(specialized(call).searched.output()))
                .build();
    }

    /** Every argument but the key is written out. */
    private static final class Arguments implements InputTypeStrategy {

        @Override
        public ArgumentCount getArgumentCount() {
            return ConstantArgumentCount.between(3, 4);
        }

        @Override
        public Optional<List<DataType>> inferInputTypes(CallContext call, boolean throwOnFailure) {
            DataType key = call.getArgumentDataTypes().get(2);
            if (!isServed(key.getLogicalType())) {
                throw new UserException(
                        "The third argument of KEY_SEARCH_AGG is of type " + key.getLogicalType().asSummaryString()
                                + ": a key is of type STRING, BOOLEAN, TINYINT, SMALLINT, INT, BIGINT or DOUBLE.");
            }
            List<DataType> types =
                    new ArrayList<>(
                            List.of(
                                    DataTypes.STRING().notNull(),
                                    DataTypes.STRING().notNull(),
                                    DataTypeUtils.toInternalDataType(key)));
            if (call.getArgumentDataTypes().size() == 4) {
                types.add(DataTypes.STRING().notNull());
            }
            return Optional.of(types);
        }

        private static boolean isServed(LogicalType type) {
            switch (type.getTypeRoot()) {
                case CHAR:
                case VARCHAR:
                case BOOLEAN:
                case TINYINT:
                case SMALLINT:
                case INTEGER:
                case BIGINT:
                case DOUBLE:
                    return true;
                default:
                    return false;
            }
        }

        @Override
        public List<Signature> getExpectedSignatures(FunctionDefinition definition) {
            return List.of(
                    Signature.of(
                            Signature.Argument.of("table"),
                            Signature.Argument.of("DESCRIPTOR(column)"),
                            Signature.Argument.of("key")));
        }
    }

    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        return specialized(context.getCallContext());
    }

    private KeySearchAgg specialized(CallContext call) {
        SearchedTable found = SearchedTable.of(SearchCalls.KEY_SEARCH, names, call);
        String named = SearchedTable.text(SearchCalls.KEY_SEARCH, call, 1, "second", "DESCRIPTOR(column)");
        InvocationOptions given = SearchedTable.options(SearchCalls.KEY_SEARCH, call, 3, "fourth");
        if (!found.table().columnNames().contains(named)) {
            throw new UserException(
                    "The external table '" + found.table().name() + "' has no column '" + named
                            + "': name in DESCRIPTOR the one that has the key.");
        }
        return new KeySearchAgg(names, found, named, given).requireServed();
    }

    /** What is opened asks nothing, and so shows whether it can be. */
    private KeySearchAgg requireServed() {
        opened().close();
        return this;
    }

    private SearchProvider.KeySearch opened() {
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

    /** The store may hold other documents tomorrow: never folded or computed twice. */
    @Override
    public boolean isDeterministic() {
        return false;
    }

    // Running ---------------------------------------------------------------------------------------------------------

    @Override
    public void open(FunctionContext context) {
        search = opened();
        threads =
                Executors.newFixedThreadPool(
                        options.parallelism(),
                        task -> {
                            Thread thread = new Thread(task, "key-search-" + searched.table().name());
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

    /** Called by the generated code. Nothing has a null key. */
    public void eval(CompletableFuture<Collection<RowData>> result, String name, String column, Object key) {
        if (key == null) {
            result.complete(rowOf(List.of()));
            return;
        }
        Object wanted = asBson(key); // now: Flink uses the row again
        threads.execute(
                () -> {
                    try {
                        String who = SearchCalls.KEY_SEARCH + " of '" + searched.table().name() + "'";
                        result.complete(
                                rowOf(RepeatedSearch.repeated(who, options.retries(), () -> search.find(wanted))));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt(); // closed: nobody waits for it any more
                    } catch (RuntimeException | Error e) { // whatever it is: the job would wait for ever
                        result.completeExceptionally(e);
                    }
                });
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

    private Collection<RowData> rowOf(List<Map<String, Object>> found) {
        RowType shown = searched.table().columns();
        Object[] rows =
                found.stream().map(each -> DocumentValues.row(each, shown, shown.getFieldCount())).toArray();
        Collection<RowData> result = new ArrayList<>(1);
        result.add(GenericRowData.of(new GenericArrayData(rows)));
        return result;
    }
}
