package rag.flink.search;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rag.flink.http.ProviderException;

/**
 * Elasticsearch's kNN search, approximate as its index is. The score for {@code dot_product} is {@code (1 + dot) / 2}.
 */
final class ElasticSearch extends ElasticIndex implements SearchProvider.Search {

    private final SearchProvider.SearchRequest request;

    ElasticSearch(SearchProvider.SearchRequest request) {
        super(request.table(), shownVectors(request), request.limit(), request.options(), request.connection());
        this.request = request;
    }

    private static List<String> shownVectors(SearchProvider.SearchRequest request) {
        boolean isShown = request.table().columnNames().contains(request.vectorField());
        return isShown ? List.of(request.vectorField()) : List.of();
    }

    @Override
    public List<SearchProvider.Found> nearest(float[] vector) throws ProviderException, InterruptedException {
        Map<String, Object> knn = new LinkedHashMap<>();
        knn.put("field", request.vectorField());
        knn.put("query_vector", vector);
        knn.put("k", request.limit());
        knn.put("num_candidates", request.candidates());
        return search("knn", knn);
    }
}
