package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogModel;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ModelChange;
import org.apache.flink.table.catalog.ResolvedCatalogModel;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rag.flink.UserException;
import rag.flink.workspace.Connection;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

class ModelsTest {

    private static final Database DATABASE = new Database("lkc-1", "shop", "127.0.0.1:1");

    @TempDir Path root;
    private Environment environment;
    private Models models;

    @BeforeEach
    void open() {
        Connection connection = new Connection("c", "openai", "http://127.0.0.1:1", Map.of());
        environment = new Environment("env-1", "lab", null, List.of(DATABASE), List.of(connection));
        models = new Models(environment, new CatalogStore(root));
    }

    @Test
    void anOptionThatNothingIsDoneAboutIsRefused() {
        create("m", "model", "one");
        assertRefused(
                "The option 'openai.params.dimensions' of model 'm' is not supported",
                () -> alter("m", ModelChange.set("openai.params.dimensions", "3")));
        assertRefused(
                "'default_version' of model 'n' is set by ALTER MODEL alone",
                () -> createWith("n", Map.of("default_version", "2")));
        assertRefused(
                "Did you mean 'openai.model_version'?",
                () -> createWith("n", Map.of("openai.model_versoin", "one")));
        assertRefused(
                "'openai.input_format' = 'OPENAI-CHAT' of model 'n' is not supported by the local cloud; use 'OPENAI-EMBED'",
                () -> createWith("n", Map.of("openai.input_format", "OPENAI-CHAT")));
        createWith("n", Map.of("openai.input_format", "openai-embed"));
        alter("m", ModelChange.set("tag", "old"));
        assertEquals("old", option("m", "tag"));
        assertEquals(null, option("m", "openai.params.dimensions"));
    }

    @Test
    void theDefaultVersionIsTheFirstUntilItIsMadeAnother() {
        create("m", "model", "one");
        create("m", "model", "two");
        assertEquals("one", option("m", "openai.model_version"));
        alter("m", ModelChange.set("DEFAULT_VERSION", "2"));
        assertEquals("two", option("m", "openai.model_version"));
        assertEquals("one", option("m$1", "openai.model_version"));
        assertEquals(null, option("m", "default_version"));
        models = new Models(environment, new CatalogStore(root));
        assertEquals("two", option("m", "openai.model_version"));
        alter("m", ModelChange.reset("default_version"));
        assertEquals("one", option("m", "openai.model_version"));
        assertRefused("no version '7'; it has 1, 2", () -> alter("m", ModelChange.set("default_version", "7")));
        assertRefused("ALTER MODEL `m` SET", () -> alter("m$2", ModelChange.set("default_version", "2")));
    }

    @Test
    void optionsOfOneVersionAreChanged() {
        create("m", "model", "one");
        create("m", "model", "two");
        alter("m$2", ModelChange.set("Tag", "prod"), ModelChange.set("openai.model_version", "three"));
        assertEquals("prod", option("m$2", "tag"));
        assertEquals("three", option("m$2", "openai.model_version"));
        assertEquals(null, option("m", "tag"));
        alter("m$2", ModelChange.reset("TAG"));
        assertEquals(null, option("m$2", "tag"));
        assertRefused("use 'embedding'", () -> alter("m", ModelChange.set("task", "classification")));
        assertRefused("'openai.connection'", () -> alter("m", ModelChange.reset("openai.connection")));
        assertRefused("connection 'd'", () -> alter("m", ModelChange.set("openai.connection", "d")));
        assertEquals("c", option("m", "openai.connection"));
    }

    @Test
    void versionsDifferInTheirOptionsAlone() {
        create("m", "model", "one");
        assertRefused("another OUTPUT", () -> create("m", "model", "one", "other", null));
        assertRefused("another COMMENT", () -> create("m", "model", "one", "vector", "said"));
        assertRefused("name without $", () -> create("m$2", "model", "one"));
        for (int version = 2; version <= 10; version++) {
            create("m", "model", "one");
        }
        assertRefused("DROP MODEL `m$1`", () -> create("m", "model", "one"));
        models.drop(DATABASE, "m$1");
        create("m", "model", "eleven");
        assertEquals("eleven", option("m$11", "openai.model_version"));
    }

    @Test
    void oneVersionIsDroppedOrAll() {
        for (String version : List.of("one", "two", "three")) {
            create("m", "model", version);
        }
        models.drop(DATABASE, "m");
        assertEquals("two", option("m", "openai.model_version"));
        models.drop(DATABASE, "m$3");
        assertTrue(models.find(DATABASE, "m$3").isEmpty());
        assertEquals("two", option("m", "openai.model_version"));
        models.drop(DATABASE, "m");
        assertEquals(List.of(), models.list(DATABASE));
        create("m", "model", "anew");
        create("m", "model", "again");
        assertEquals("anew", option("m$1", "openai.model_version"));
        assertTrue(models.find(DATABASE, "m$all").isPresent());
        models.drop(DATABASE, "m$all");
        assertEquals(List.of(), models.list(DATABASE));
        assertTrue(models.find(DATABASE, "m").isEmpty());
    }

    @Test
    void aModelIsRenamedWithItsVersions() {
        create("m", "model", "one");
        create("m", "model", "two");
        alter("m", ModelChange.set("default_version", "2"));
        models.rename(DATABASE, "m", "n");
        assertEquals(List.of("n"), models.list(DATABASE));
        assertEquals("two", option("n", "openai.model_version"));
        assertEquals("one", option("n$1", "openai.model_version"));
        assertRefused("rename the model 'n'", () -> models.rename(DATABASE, "n$1", "o"));
        assertRefused("name without $", () -> models.rename(DATABASE, "n", "o$1"));
    }

    @Test
    void aFileOfATimeWithoutDefaultsHasTheLatest() throws Exception {
        create("m", "model", "one");
        create("m", "model", "two");
        Path file = root.resolve("env-1").resolve("lkc-1.json");
        String text = Files.readString(file).replaceAll("\"version\":\\d,", "");
        Files.writeString(file, text.replaceFirst("\"defaultVersions\":\\{[^}]*},", ""));
        models = new Models(environment, new CatalogStore(root));
        assertEquals("two", option("m", "openai.model_version"));
        assertEquals("one", option("m$1", "openai.model_version"));
        create("m", "model", "three");
        assertEquals("three", option("m$3", "openai.model_version"));
    }

    private String option(String name, String key) {
        return models.find(DATABASE, name).orElseThrow().getOptions().get(key);
    }

    private void alter(String name, ModelChange... changes) {
        models.alter(DATABASE, name, Arrays.asList(changes));
    }

    private void create(String name, String input, String version) {
        create(name, input, version, "vector", null);
    }

    private void create(String name, String input, String version, String output, String comment) {
        create(name, input, output, comment, Map.of("openai.model_version", version), models);
    }

    private void createWith(String name, Map<String, String> more) {
        create(name, "model", "vector", null, more, models);
    }

    private static void create(
            String name, String input, String output, String comment, Map<String, String> more, Models models) {
        Map<String, String> options = new HashMap<>(more);
        options.put("TASK", "embedding");
        options.put("provider", "openai");
        options.put("openai.connection", "c");
        CatalogModel model =
                CatalogModel.of(Schema.newBuilder().build(), Schema.newBuilder().build(), options, comment);
        ResolvedSchema inputs = ResolvedSchema.of(Column.physical(input, DataTypes.STRING()));
        ResolvedSchema outputs = ResolvedSchema.of(Column.physical(output, DataTypes.ARRAY(DataTypes.FLOAT())));
        models.create(DATABASE, name, ResolvedCatalogModel.of(model, inputs, outputs));
    }

    private static void assertRefused(String part, Runnable action) {
        UserException refusal = assertThrows(UserException.class, action::run);
        assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
    }
}
