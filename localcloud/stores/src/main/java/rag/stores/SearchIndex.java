package rag.stores;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A search index of type {@code vectorSearch}: which field has the vectors, and which fields a filter may name.
 *
 * @param definition as it was given, to be shown again
 */
record SearchIndex(
        String id, String name, int version, Document definition, VectorField vector, Set<String> filters) {

    static final String TYPE = "vectorSearch";
    private static final String DEFAULT_NAME = "default";
    private static final int MOST_DIMENSIONS = 8192;

    /** @param path the vectors' field, with dots */
    record VectorField(String path, int dimensions, Similarity similarity) {}

    /** Reads what {@code createSearchIndexes} asks for, and refuses what no search could use. */
    static SearchIndex of(Document wanted) {
        Object name = wanted.getOrDefault("name", DEFAULT_NAME);
        Object type = wanted.getOrDefault("type", "search");
        if (!(name instanceof String) || ((String) name).isEmpty()) {
            throw Refusal.badValue("\"name\" must be a string that is not empty.");
        }
        if (!type.equals(TYPE)) {
            throw Refusal.badValue(
                    "Search index '" + name + "' is of type '" + type + "', and the MongoDB server of the local cloud has"
                            + " those of type '" + TYPE + "' alone: write \"type\": \"" + TYPE + "\".");
        }
        return of(new ObjectId().getHexData(), (String) name, 0, wanted.get("definition"));
    }

    private static SearchIndex of(String id, String name, int version, Object definition) {
        if (!(definition instanceof Document document) || !(document.get("fields") instanceof Collection<?> fields)) {
            throw Refusal.badValue("\"definition.fields\" is required, a list.");
        }
        Optional<VectorField> vector = Optional.empty();
        Set<String> filters = new HashSet<>();
        for (Object each : fields) {
            Document field = each instanceof Document ? (Document) each : new Document();
            if (!(field.get("path") instanceof String path) || path.isEmpty()) {
                throw Refusal.badValue("\"definition.fields.path\" is required, the name of a field.");
            }
            if ("filter".equals(field.get("type"))) {
                filters.add(path);
            } else if (!"vector".equals(field.get("type"))) {
                throw Refusal.badValue("\"definition.fields.type\" must be one of [vector, filter].");
            } else if (vector.isPresent()) {
                throw Refusal.badValue(
                        "Search index '" + name + "' has several fields of type vector, and the MongoDB server of the"
                                + " local cloud searches one: make an index for each.");
            } else {
                vector = Optional.of(vectorField(path, field));
            }
        }
        return new SearchIndex(
                id,
                name,
                version,
                document,
                vector.orElseThrow(() -> Refusal.badValue("\"definition.fields\" needs a field of type vector.")),
                filters);
    }

    private static VectorField vectorField(String path, Document field) {
        int dimensions = field.get("numDimensions") instanceof Number number ? number.intValue() : 0;
        if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
            throw Refusal.badValue("\"definition.fields.numDimensions\" must be between 1 and " + MOST_DIMENSIONS + ".");
        }
        return Similarity.of(field.get("similarity"))
                .map(similarity -> new VectorField(path, dimensions, similarity))
                .orElseThrow(
                        () ->
                                Refusal.badValue(
                                        "\"definition.fields.similarity\" must be one of [euclidean, cosine,"
                                                + " dotProduct]."));
    }

    /** The same index by another definition. */
    SearchIndex redefined(Object changed) {
        return of(id, name, version + 1, changed);
    }

    /** For the journal. */
    Document toDocument() {
        return new Document("id", id).append("name", name).append("version", version).append("definition", definition);
    }

    static SearchIndex fromDocument(Document stored) {
        return of(
                (String) stored.get("id"),
                (String) stored.get("name"),
                (Integer) stored.get("version"),
                stored.get("definition"));
    }

    /** As {@code listSearchIndexes} shows it: what is written is searched at once, so it is always ready. */
    Document shown() {
        return new Document("id", id)
                .append("name", name)
                .append("type", TYPE)
                .append("status", "READY")
                .append("queryable", true)
                .append("latestDefinitionVersion", new Document("version", version))
                .append("latestDefinition", definition)
                .append("statusDetail", List.of());
    }
}
