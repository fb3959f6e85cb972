package rag.flink.search;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import rag.flink.UserException;

/** Collections of MongoDB with an Atlas Vector Search index. */
final class MongoDbProvider implements SearchProvider {

    static final String CONNECTION = "mongodb.connection";
    static final String DATABASE = "mongodb.database";
    static final String COLLECTION = "mongodb.collection";
    static final String INDEX = "mongodb.index";

    private static final String VECTOR_FIELD = "mongodb.embedding_column";
    private static final String NUM_CANDIDATES = "mongodb.numCandidates";

    @Override
    public String connector() {
        return "mongodb";
    }

    @Override
    public String connectionType() {
        return "MONGODB";
    }

    @Override
    public List<String> required() {
        return List.of(CONNECTION, DATABASE, COLLECTION);
    }

    @Override
    public List<String> optional() {
        return List.of(INDEX, VECTOR_FIELD, NUM_CANDIDATES);
    }

    @Override
    public String vectorField(Map<String, String> options) {
        return options.get(VECTOR_FIELD);
    }

    @Override
    public void checkLimit(ExternalTable table, int limit) {
        table.option(INDEX);
        int candidates = numCandidates(table);
        if (candidates > 0 && limit > candidates) {
            throw new UserException(
                    SearchCalls.VECTOR_SEARCH + " is asked for " + limit + " results, and '" + NUM_CANDIDATES
                            + "' of table '" + table.name() + "' is " + candidates + ": ask for that many at most.");
        }
    }

    /** Of how many neighbours a search takes its results; 0 if that is left to the search. */
    static int numCandidates(ExternalTable table) {
        return Integer.parseInt(table.options().getOrDefault(NUM_CANDIDATES, "0"));
    }

    @Override
    public Search open(SearchRequest request) {
        return new MongoDbSearch(request);
    }

    @Override
    public Optional<KeySearch> openKeys(KeyRequest request) {
        return Optional.of(new MongoDbKeySearch(request));
    }
}
