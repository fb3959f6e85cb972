package rag.flink.search;

import java.util.List;
import rag.flink.UserException;
import rag.flink.http.ProviderException;
import rag.flink.search.SearchProvider.Found;
import rag.flink.search.SearchProvider.Search;

/** Repeats searches that the store did not answer, and tells in one sentence what has failed. */
final class RepeatedSearch implements AutoCloseable {

    private static final long FIRST_PAUSE_MILLIS = 200;

    /** A question to a store. */
    interface Call<T> {

        T ask() throws ProviderException, InterruptedException;
    }

    private final Search search;
    private final String table;
    private final int retries;

    RepeatedSearch(Search search, String table, int retries) {
        this.search = search;
        this.table = table;
        this.retries = retries;
    }

    /** {@link SearchException} for what would fail again, {@link UserException} for an outage. */
    List<Found> nearest(float[] vector) throws InterruptedException {
        return repeated(SearchCalls.VECTOR_SEARCH + " of '" + table + "'", retries, () -> search.nearest(vector));
    }

    /** What a store answers, asked again while it does not; {@code what}: who asks. Throws as {@link #nearest}. */
    static <T> T repeated(String what, int retries, Call<T> call) throws InterruptedException {
        for (int attempt = 0; ; attempt++) {
            long pause = FIRST_PAUSE_MILLIS << Math.min(attempt, 5);
            try {
                return call.ask();
            } catch (ProviderException e) {
                String why = what + ": " + e.getMessage();
                if (!e.isTransient()) {
                    throw new SearchException(why);
                }
                if (attempt >= retries) {
                    String times = retries == 0 ? "." : ", " + (attempt + 1) + " times.";
                    throw new UserException(why.replaceFirst("\\.$", "") + times);
                }
                pause = Math.max(pause, e.retryAfterMillis());
            }
            Thread.sleep(pause);
        }
    }

    @Override
    public void close() {
        search.close();
    }
}
