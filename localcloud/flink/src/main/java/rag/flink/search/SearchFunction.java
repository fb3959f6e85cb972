package rag.flink.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.AsyncTableFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.catalog.ObjectNames;
import rag.flink.functions.InvocationOptions;

/**
 * A search of an external table: one row for each input, with an array of what was found.
 *
 * <p>As {@code MlPredict}, the instance that is shipped with a job holds names only, never a password.
 *
 * @param <S> what asks the store
 */
public abstract class SearchFunction<S extends SearchProvider.Client> extends AsyncTableFunction<RowData>
        implements SpecializedFunction {

    private static final long serialVersionUID = 1L;

    final transient ObjectNames names;
    final SearchedTable searched;
    final InvocationOptions options;
    private transient S client;
    private transient ExecutorService threads;

    SearchFunction(ObjectNames names, SearchedTable searched, InvocationOptions options) {
        this.names = names;
        this.searched = searched;
        this.options = options;
    }

    /** The instance for one call, which is checked. */
    abstract SearchFunction<S> specialized(CallContext call);

    /** Nothing is asked of the store yet. */
    abstract S opened();

    @Override
    public final UserDefinedFunction specialize(SpecializedContext context) {
        return specialized(context.getCallContext());
    }

    /** The store may hold other documents tomorrow: never folded or computed twice. */
    @Override
    public final boolean isDeterministic() {
        return false;
    }

    @Override
    public final void open(FunctionContext context) {
        client = opened();
        threads =
                Executors.newFixedThreadPool(
                        options.parallelism(),
                        task -> {
                            Thread thread = new Thread(task, searched.described());
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    @Override
    public final void close() {
        if (threads != null) {
            threads.shutdownNow();
        }
        if (client != null) {
            client.close();
        }
    }

    final S client() {
        return client;
    }

    /** Refuses a store that has no such search: what is opened asks nothing, and so shows whether it can be. */
    final void requireServed() {
        opened().close();
    }

    /** A document as a row of the table, followed by fields of the search's own. */
    final GenericRowData row(Map<?, ?> document, int more) {
        RowType shown = searched.table().columns();
        return DocumentValues.row(document, shown, shown.getFieldCount() + more);
    }

    /** Asks the store in a thread of its own. */
    final void complete(CompletableFuture<Collection<RowData>> result, RepeatedSearch.Call<List<GenericRowData>> call) {
        threads.execute(
                () -> {
                    try {
                        result.complete(rowOf(RepeatedSearch.repeated(searched, options.retries(), call)));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt(); // closed: nobody waits for it any more
                    } catch (RuntimeException | Error e) { // whatever it is: the job would wait for ever
                        result.completeExceptionally(e);
                    }
                });
    }

    /** The one row of an input. */
    static Collection<RowData> rowOf(List<GenericRowData> found) {
        Collection<RowData> result = new ArrayList<>(1);
        result.add(GenericRowData.of(new GenericArrayData(found.toArray())));
        return result;
    }
}
