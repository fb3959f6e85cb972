package rag.flink.search;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import rag.flink.functions.InvocationOptions;
import rag.flink.http.ProviderException;
import rag.flink.workspace.Connection;

/**
 * A kind of store that external tables show.
 *
 * <p>A new one is a class, a row in {@link SearchProviders}, and its options in {@code table-options.tsv}.
 */
interface SearchProvider {

    /** The most results that one search gives. */
    int MOST_RESULTS = 10_000;

    /** The value of the option {@code connector}. */
    String connector();

    /** The type of its connections, in capitals. */
    String connectionType();

    /** Options that a table must have, all beginning with {@code CONNECTOR.}; the first names the connection. */
    List<String> required();

    /** Options that a table may have. */
    default List<String> optional() {
        return List.of();
    }

    /** The field that has the vectors, if the table names it; else {@code null}, and the search names it. */
    default String vectorField(Map<String, String> options) {
        return null;
    }

    /** Refuses a search for more results than the table's options allow. */
    default void checkLimit(ExternalTable table, int limit) {}

    /** Opens what runs the searches of one statement; nothing is asked of the store yet. */
    Search open(SearchRequest request);

    /** Opens what finds documents by a key, as {@link #open}; empty if that is not served for this kind of store. */
    default Optional<KeySearch> openKeys(KeyRequest request) {
        return Optional.empty();
    }

    /** Opens what finds documents by words, as {@link #open}; empty if that is not served for this kind of store. */
    default Optional<TextSearch> openTexts(TextRequest request) {
        return Optional.empty();
    }

    /** What asks a store. */
    interface Client extends AutoCloseable {

        @Override
        default void close() {}
    }

    /**
     * Whose documents are looked up, and how.
     *
     * @param column the field that has the key
     * @param connection asked at each search
     */
    record KeyRequest(ExternalTable table, String column, InvocationOptions options, Supplier<Connection> connection) {}

    /** Finds documents by a key; safe to use from several threads. */
    interface KeySearch extends Client {

        /** The documents that have it, {@link #MOST_RESULTS} at most; values as in {@link Found#document}. */
        List<Map<String, Object>> find(Object key) throws ProviderException, InterruptedException;
    }

    /**
     * Whose words are searched, and how.
     *
     * @param column the field that has the words
     * @param limit how many documents a search finds
     * @param connection asked at each search
     */
    record TextRequest(
            ExternalTable table, String column, int limit, InvocationOptions options, Supplier<Connection> connection) {}

    /** Finds documents by words; safe to use from several threads. */
    interface TextSearch extends Client {

        /** The documents that have one of them, the most relevant first; values as in {@link Found#document}. */
        List<Map<String, Object>> matching(String text) throws ProviderException, InterruptedException;
    }

    /**
     * What is searched, and how.
     *
     * @param vectorField the field that has the vectors
     * @param limit how many documents a search finds
     * @param connection asked at each search, so that a rotated key is picked up
     */
    record SearchRequest(
            ExternalTable table, String vectorField, int limit, InvocationOptions options, Supplier<Connection> connection) {

        private static final int CANDIDATES = 20; // for each result, as MongoDB recommends
        private static final int FEWEST_CANDIDATES = 100;
        private static final int MOST_CANDIDATES = 10_000; // neither MongoDB nor Elasticsearch takes more

        /** Of how many neighbours an approximate search takes its results, unless its table says so. */
        int candidates() {
            return Math.min(MOST_CANDIDATES, Math.max(FEWEST_CANDIDATES, CANDIDATES * limit));
        }
    }

    /** Searches; safe to use from several threads. */
    interface Search extends Client {

        /** The nearest documents, the nearest first. A {@link ProviderException} that is transient is tried again. */
        List<Found> nearest(float[] vector) throws ProviderException, InterruptedException;
    }

    /**
     * A document that was found.
     *
     * @param document values by the table's columns, as {@link DocumentValues} reads them
     */
    record Found(Map<String, Object> document, double score) {}
}
