package rag.flink.search;

import java.util.List;
import java.util.Optional;

/** Indexes of Elasticsearch with a {@code dense_vector} field. */
final class ElasticProvider implements SearchProvider {

    static final String INDEX = "elastic.index";

    private static final String CONNECTION = "elastic.connection";

    @Override
    public String connector() {
        return "elastic";
    }

    @Override
    public String connectionType() {
        return "ELASTIC";
    }

    @Override
    public List<String> required() {
        return List.of(CONNECTION, INDEX);
    }

    @Override
    public Search open(SearchRequest request) {
        return new ElasticSearch(request);
    }

    @Override
    public Optional<TextSearch> openTexts(TextRequest request) {
        return Optional.of(new ElasticTextSearch(request));
    }
}
