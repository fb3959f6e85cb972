package rag.flink.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MongoDbProviderTest {

    @Test
    void theFieldOfTheVectorsIsTheOptionsOrTheDescriptors() {
        assertEquals("v", new MongoDbProvider().vectorField(Map.of("mongodb.embedding_column", "v")));
        assertNull(new MongoDbProvider().vectorField(Map.of()));
    }
}
