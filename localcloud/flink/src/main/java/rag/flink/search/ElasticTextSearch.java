package rag.flink.search;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.http.ProviderException;

/** Elasticsearch's full-text search: the documents of which a field has a word of the text, the most relevant first. */
final class ElasticTextSearch extends ElasticIndex implements SearchProvider.TextSearch {

    private final String column;

    ElasticTextSearch(SearchProvider.TextRequest request) {
        super(
                request.table(),
                vectors(request.table().columns()),
                request.limit(),
                request.options(),
                request.connection());
        this.column = request.column();
    }

    private static List<String> vectors(RowType columns) {
        return columns.getFields().stream()
                .filter(
                        field ->
                                field.getType() instanceof ArrayType array
                                        && array.getElementType().is(LogicalTypeRoot.FLOAT))
                .map(RowType.RowField::getName)
                .collect(Collectors.toList());
    }

    @Override
    public List<Map<String, Object>> matching(String text) throws ProviderException, InterruptedException {
        return search("query", Map.of("match", Map.of(column, Map.of("query", text)))).stream()
                .map(SearchProvider.Found::document)
                .toList();
    }
}
