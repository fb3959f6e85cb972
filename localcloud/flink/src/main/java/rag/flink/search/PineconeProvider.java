package rag.flink.search;

import java.util.List;
import java.util.Map;

/** An index of Pinecone, whose address is the connection's endpoint. */
final class PineconeProvider implements SearchProvider {

    private static final String CONNECTION = "pinecone.connection";
    private static final String VECTOR_COLUMN = "pinecone.embedding_column";

    @Override
    public String connector() {
        return "pinecone";
    }

    @Override
    public String connectionType() {
        return "PINECONE";
    }

    @Override
    public List<String> required() {
        return List.of(CONNECTION);
    }

    @Override
    public List<String> optional() {
        return List.of(VECTOR_COLUMN);
    }

    @Override
    public String vectorField(Map<String, String> options) {
        return options.get(VECTOR_COLUMN);
    }

    @Override
    public Search open(SearchRequest request) {
        return new PineconeSearch(request);
    }
}
