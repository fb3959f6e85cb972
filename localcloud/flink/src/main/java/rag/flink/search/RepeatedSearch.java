package rag.flink.search;

import rag.flink.UserException;
import rag.flink.http.ProviderException;

/** Repeats searches that the store did not answer, and tells in one sentence what has failed. */
final class RepeatedSearch {

    private static final long FIRST_PAUSE_MILLIS = 200;

    /** A question to a store. */
    interface Call<T> {

        T ask() throws ProviderException, InterruptedException;
    }

    private RepeatedSearch() {}

    /** What a store answers. {@link SearchException} for what would fail again, {@link UserException} for an outage. */
    static <T> T repeated(SearchedTable searched, int retries, Call<T> call) throws InterruptedException {
        for (int attempt = 0; ; attempt++) {
            long pause = FIRST_PAUSE_MILLIS << Math.min(attempt, 5);
            try {
                return call.ask();
            } catch (ProviderException e) {
                String why = searched.described() + ": " + e.getMessage();
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
}
