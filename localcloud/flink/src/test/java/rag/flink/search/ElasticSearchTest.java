package rag.flink.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import rag.flink.Json;
import rag.flink.UserException;
import rag.flink.functions.InvocationOptions;
import rag.flink.http.ProviderException;
import rag.flink.http.StubProvider;
import rag.flink.workspace.Connection;

class ElasticSearchTest {

    private StubProvider provider;
    private Map<String, String> secrets = Map.of("API_KEY", "the-key");

    @BeforeEach
    void serve() throws IOException {
        provider = new StubProvider("{\"hits\":{\"hits\":[]}}");
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    private static ExternalTable table() {
        ResolvedSchema schema =
                ResolvedSchema.of(
                        Column.physical("articleType", DataTypes.STRING()),
                        Column.physical("vector", DataTypes.ARRAY(DataTypes.FLOAT())));
        return ExternalTable.of(
                "elastic_products",
                schema,
                Map.of("connector", "elastic", "elastic.connection", "c", "elastic.index", "products"));
    }

    private SearchProvider.Search search() {
        ExternalTable table = table();
        return table.provider()
                .open(
                        new SearchProvider.SearchRequest(
                                table,
                                "vector",
                                3,
                                InvocationOptions.of("VECTOR_SEARCH_AGG", "retry_count=1", 10),
                                () -> new Connection("c", "ELASTIC", provider.endpoint() + "/", secrets)));
    }

    private String authorization() {
        return provider.lastAsked().headers().getFirst("Authorization");
    }

    private String refusal() {
        ProviderException refused = assertThrows(ProviderException.class, () -> search().nearest(new float[] {1, 0}));
        assertFalse(refused.isTransient());
        return refused.getMessage();
    }

    @Test
    void theNearestAreAskedForAndRead() throws Exception {
        provider.answer =
                "{\"hits\":{\"hits\":[{\"_score\":0.75,\"_source\":{\"articleType\":\"hat\"},\"fields\":{\"vector\":[0.5,1]}}]}}";
        List<SearchProvider.Found> found = search().nearest(new float[] {0.5f, 0});
        assertEquals("/products/_search?allow_partial_search_results=false", provider.lastAsked().uri());
        assertEquals("ApiKey the-key", authorization());
        assertEquals(
                Json.parse(
                        "{\"knn\":{\"field\":\"vector\",\"query_vector\":[0.5,0.0],\"k\":3,\"num_candidates\":100},"
                                + "\"size\":3,\"_source\":[\"articleType\",\"vector\"],\"fields\":[\"vector\"]}"),
                provider.lastAsked().body());
        assertEquals(0.75, found.get(0).score());
        assertEquals(
                Map.of("articleType", "hat", "vector", List.of(new BigDecimal("0.5"), 1)), found.get(0).document());
    }

    @Test
    void wordsAreAskedForAndRead() throws Exception {
        provider.answer =
                "{\"hits\":{\"hits\":[{\"_score\":1.5,\"_source\":{\"articleType\":\"hat\"},\"fields\":{\"vector\":[0.5,1]}}]}}";
        ExternalTable table = table();
        SearchProvider.TextSearch search =
                table.provider()
                        .openTexts(
                                new SearchProvider.TextRequest(
                                        table,
                                        "articleType",
                                        3,
                                        InvocationOptions.of("TEXT_SEARCH_AGG", null, 10),
                                        () -> new Connection("c", "ELASTIC", provider.endpoint() + "/", secrets)))
                        .orElseThrow();
        List<Map<String, Object>> found = search.matching("a hat");
        assertEquals("/products/_search?allow_partial_search_results=false", provider.lastAsked().uri());
        assertEquals("ApiKey the-key", authorization());
        assertEquals(
                Json.parse(
                        "{\"query\":{\"match\":{\"articleType\":{\"query\":\"a hat\"}}},\"size\":3,"
                                + "\"_source\":[\"articleType\",\"vector\"],\"fields\":[\"vector\"]}"),
                provider.lastAsked().body());
        assertEquals(List.of(Map.of("articleType", "hat", "vector", List.of(new BigDecimal("0.5"), 1))), found);
    }

    @Test
    void aUserAndAPasswordAreALogin() throws Exception {
        secrets = Map.of("USERNAME", "elastic", "PASSWORD", "secret");
        assertTrue(search().nearest(new float[] {1, 0}).isEmpty());
        assertEquals("Basic ZWxhc3RpYzpzZWNyZXQ=", authorization());
    }

    @Test
    void aWrongKeyAndAMissingIndexAreNamed() {
        provider.status = 401;
        assertTrue(refusal().endsWith("refuses the key of connection 'c'."), refusal());
        provider.status = 404;
        assertTrue(refusal().contains("has no index 'products': create it, or name another one"), refusal());
    }

    @Test
    void otherDimensionsAreToldInElasticsearchsWords() {
        provider.status = 400;
        String why = "the query vector has a different dimension [2] than the index vectors [256]";
        provider.answer = "{\"error\":{\"root_cause\":[{\"reason\":\"" + why + "\"}],\"reason\":\"all shards failed\"}}";
        assertTrue(refusal().endsWith("answered 400: " + why), refusal());
    }

    @Test
    void anAnswerOfSomethingElseIsTold() {
        provider.answer = "[]";
        assertTrue(refusal().endsWith("sent an answer that is no answer of Elasticsearch: it has no hits."), refusal());
    }

    @Test
    void anOutageIsTriedAgainAndARefusalIsNot() {
        SearchedTable searched = new SearchedTable("VECTOR_SEARCH_AGG", "env-1", table());
        Executable repeated =
                () -> RepeatedSearch.repeated(searched, 1, () -> search().nearest(new float[] {1, 0}));
        provider.status = 503;
        UserException outage = assertThrows(UserException.class, repeated);
        assertEquals(2, provider.asked().size());
        assertTrue(outage.getMessage().startsWith("VECTOR_SEARCH_AGG of 'elastic_products': the provider at http"));
        assertTrue(outage.getMessage().endsWith(", 2 times."), outage.getMessage());
        provider.status = 401;
        assertThrows(SearchException.class, repeated);
        assertEquals(3, provider.asked().size());
    }
}
