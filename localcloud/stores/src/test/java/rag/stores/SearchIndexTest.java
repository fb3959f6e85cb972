package rag.stores;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchIndexTest {

    private static Document vector(int dimensions, String similarity) {
        return new Document("type", "vector")
                .append("path", "vector")
                .append("numDimensions", dimensions)
                .append("similarity", similarity);
    }

    private static Document filter(String path) {
        return new Document("type", "filter").append("path", path);
    }

    private static Document wanted(Document... fields) {
        return new Document("name", "vector_index")
                .append("type", "vectorSearch")
                .append("definition", new Document("fields", List.of(fields)));
    }

    private static SearchIndex index() {
        return SearchIndex.of(wanted(vector(2, "dotProduct"), filter("price")));
    }

    private static String refusal(Document wanted) {
        return assertThrows(MongoServerError.class, () -> SearchIndex.of(wanted)).getMessageWithoutErrorCode();
    }

    @Test
    void aDefinitionIsReadAndShownAsItWasGiven() {
        SearchIndex index = index();
        assertEquals(new SearchIndex.VectorField("vector", 2, Similarity.DOT_PRODUCT), index.vector());
        assertEquals(Set.of("price"), index.filters());
        assertEquals(index, SearchIndex.fromDocument(index.toDocument()));
        assertEquals(index.definition(), index.shown().get("latestDefinition"));
        assertEquals(1, index.redefined(wanted(vector(3, "cosine")).get("definition")).version());
    }

    @Test
    void whatNoSearchCouldUseIsRefused() {
        assertEquals(
                "Search index 'default' is of type 'search', and the MongoDB server of the local cloud has those of type"
                        + " 'vectorSearch' alone: write \"type\": \"vectorSearch\".",
                refusal(new Document()));
        assertEquals("\"definition.fields\" is required, a list.", refusal(new Document("type", "vectorSearch")));
        assertEquals("\"definition.fields\" needs a field of type vector.", refusal(wanted(filter("price"))));
        assertEquals(
                "\"definition.fields.numDimensions\" must be between 1 and 8192.", refusal(wanted(vector(0, "cosine"))));
        assertEquals(
                "\"definition.fields.similarity\" must be one of [euclidean, cosine, dotProduct].",
                refusal(wanted(vector(2, "near"))));
    }

    private static Document stage() {
        return new Document("index", "vector_index")
                .append("path", "vector")
                .append("queryVector", List.of(1.0, 0.0))
                .append("numCandidates", 5)
                .append("limit", 3);
    }

    private static Optional<VectorSearch> search(Document stage) {
        return VectorSearch.of(stage, name -> Optional.of(index()).filter(found -> found.name().equals(name)));
    }

    private static String searchRefusal(Document stage) {
        String message = assertThrows(MongoServerError.class, () -> search(stage)).getMessageWithoutErrorCode();
        return message.replace("PlanExecutor error during aggregation :: caused by :: ", "");
    }

    @Test
    void aStageIsRead() {
        assertEquals(3, search(stage()).orElseThrow().limit());
        assertEquals(Optional.empty(), search(stage().append("index", "other")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    path          | "path" is required
                    index         | "index" is required
                    queryVector   | "queryVector" is required, a list of numbers.
                    limit         | "limit" is required
                    numCandidates | "numCandidates" is required
                    """)
    void whatIsMissingIsNamed(String key, String sentence) {
        Document stage = stage();
        stage.remove(key);
        assertEquals(sentence, searchRefusal(stage));
    }

    @Test
    void whatDoesNotFitTheIndexIsRefusedInAtlassWords() {
        assertEquals(
                "vector field is indexed with 2 dimensions but queried with 3",
                searchRefusal(stage().append("queryVector", List.of(1, 2, 3))));
        assertEquals("content is not indexed as vector", searchRefusal(stage().append("path", "content")));
        assertEquals(
                "Path 'size' needs to be indexed as filter",
                searchRefusal(
                        stage().append(
                                        "filter",
                                        new Document("$and", List.of(new Document("price", 1), new Document("size", 2))))));
        assertEquals(
                "\"numCandidates\" must be omitted when \"exact\" is set to true",
                searchRefusal(stage().append("exact", true)));
        assertEquals(
                "\"numCandidates\" must be greater than or equal to \"limit\"",
                searchRefusal(stage().append("limit", 6)));
    }
}
