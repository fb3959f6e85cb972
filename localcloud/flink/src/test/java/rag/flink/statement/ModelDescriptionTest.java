package rag.flink.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import rag.flink.catalog.ModelVersion;

class ModelDescriptionTest {

    private static final ModelVersion SECOND =
            new ModelVersion(
                    2,
                    false,
                    Map.of("line", "VARCHAR(2147483647)"),
                    Map.of("numbers", "ARRAY<FLOAT>"),
                    new TreeMap<>(Map.of("task", "embedding", "provider", "openai")),
                    null);

    private static final List<String> COLUMNS =
            List.of("(\n  `line` VARCHAR(2147483647)\n)", "(\n  `numbers` ARRAY<FLOAT>\n)",
                    "{\n  provider=openai,\n  task=embedding\n}", "");

    @Test
    void theDefaultVersionHasNoNumber() {
        ShowTexts texts = ModelDescription.texts(List.of(SECOND), false);
        assertEquals(List.of("Inputs", "Outputs", "Options", "Comment"), texts.headings());
        assertEquals(List.of(COLUMNS), texts.rows());
    }

    @Test
    void versionsAreNumbered() {
        ShowTexts texts = ModelDescription.texts(List.of(SECOND), true);
        assertEquals(List.of("VersionId", "IsDefaultVersion", "Inputs", "Outputs", "Options", "Comment"), texts.headings());
        assertEquals(List.of("2", "false"), texts.rows().get(0).subList(0, 2));
        assertEquals(COLUMNS, texts.rows().get(0).subList(2, 6));
    }
}
