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
import rag.flink.Json;
import rag.flink.functions.InvocationOptions;
import rag.flink.http.ProviderException;
import rag.flink.http.StubProvider;
import rag.flink.workspace.Connection;

class PineconeSearchTest {

    private StubProvider provider;
    private String path = "/data/products";

    @BeforeEach
    void serve() throws IOException {
        provider = new StubProvider("{\"matches\":[]}");
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    private List<SearchProvider.Found> nearest(Column... columns) throws Exception {
        Map<String, String> options = Map.of("connector", "pinecone", "pinecone.connection", "c");
        ExternalTable table = ExternalTable.of("pinecone_products", ResolvedSchema.of(columns), options);
        String endpoint = provider.endpoint() + path;
        SearchProvider.Search search =
                table.provider()
                        .open(
                                new SearchProvider.SearchRequest(
                                        table,
                                        "vector",
                                        3,
                                        InvocationOptions.of("VECTOR_SEARCH_AGG", "retry_count=1", 10),
                                        () -> new Connection("c", "PINECONE", endpoint, Map.of("API_KEY", "the-key"))));
        return search.nearest(new float[] {0.5f, 0});
    }

    private static Column text(String name) {
        return Column.physical(name, DataTypes.STRING());
    }

    private static Column vector() {
        return Column.physical("vector", DataTypes.ARRAY(DataTypes.FLOAT()));
    }

    private String refusal() {
        ProviderException refused = assertThrows(ProviderException.class, () -> nearest(text("articleType")));
        assertFalse(refused.isTransient());
        return refused.getMessage();
    }

    @Test
    void theNearestAreAskedForAndRead() throws Exception {
        provider.answer =
                "{\"matches\":[{\"id\":\"7\",\"score\":0.75,\"values\":[0.5,1],\"metadata\":{\"articleType\":\"hat\"}}]}";
        List<SearchProvider.Found> found = nearest(text("articleType"), vector());
        assertEquals("/data/products/query", provider.lastAsked().uri());
        assertEquals("the-key", provider.lastAsked().headers().getFirst("Api-Key"));
        assertEquals(
                Json.parse("{\"vector\":[0.5,0.0],\"topK\":3,\"includeMetadata\":true,\"includeValues\":true}"),
                provider.lastAsked().body());
        assertEquals(0.75, found.get(0).score());
        assertEquals(
                Map.of("id", "7", "articleType", "hat", "vector", List.of(new BigDecimal("0.5"), 1)),
                found.get(0).document());
    }

    @Test
    void anEndpointMayHaveTheQuerysPath() throws Exception {
        path = "/query";
        assertTrue(nearest(text("articleType")).isEmpty());
        assertEquals("/query", provider.lastAsked().uri());
        assertFalse(provider.lastAsked().body().get("includeValues").asBoolean());
    }

    @Test
    void anIdAmongTheMetadataIsTheColumn() throws Exception {
        provider.answer = "{\"matches\":[{\"id\":\"7\",\"score\":1,\"values\":[],\"metadata\":{\"id\":\"its own\"}}]}";
        assertEquals("its own", nearest(text("id")).get(0).document().get("id"));
    }

    @Test
    void aWrongKeyAndAMissingIndexAreNamed() {
        provider.status = 401;
        assertTrue(refusal().endsWith("refuses the key of connection 'c'."), refusal());
        provider.status = 404;
        assertTrue(refusal().startsWith("There is no index of Pinecone at http://127.0.0.1"), refusal());
    }

    @Test
    void otherDimensionsAreToldInPineconesWords() {
        provider.status = 400;
        String why = "Vector dimension 2 does not match the dimension of the index 256";
        provider.answer = "{\"code\":3,\"message\":\"" + why + "\",\"details\":[]}";
        assertTrue(refusal().endsWith("answered 400: " + why), refusal());
    }

    @Test
    void anAnswerOfSomethingElseIsTold() {
        provider.answer = "[]";
        assertTrue(refusal().endsWith("sent an answer that is no answer of Pinecone: it has no matches."), refusal());
    }
}
