package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogView;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedCatalogView;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rag.flink.UserException;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

class ViewsTest {

    private static final Database DATABASE = new Database("lkc-1", "shop", "127.0.0.1:1");

    @TempDir Path root;
    private Views views;

    @BeforeEach
    void open() {
        Environment environment = new Environment("env-1", "lab", null, List.of(DATABASE), List.of());
        views = new Views(environment, DATABASE, new CatalogStore(root));
    }

    @Test
    void aViewIsReplacedAndRenamedAndSurvives() {
        replace("v", "pets");
        replace("v", "dogs");
        views.rename("v", "w");
        open();
        assertFalse(views.exists("v"));
        assertEquals("SELECT * FROM `lab`.`shop`.`dogs`", views.find("w").orElseThrow().getExpandedQuery());
    }

    @Test
    void noViewIsMadeOfItself() {
        replace("a", "pets");
        replace("b", "a");
        replace("c", "b");
        for (String source : List.of("a", "b", "c")) {
            UserException refusal = assertThrows(UserException.class, () -> replace("a", source));
            assertTrue(refusal.getMessage().contains("'a' would be made of itself"), source);
        }
        replace("b", "pets");
        replace("a", "b");
    }

    private void replace(String name, String source) {
        String query = "SELECT * FROM `lab`.`shop`.`" + source + "`";
        CatalogView view = CatalogView.of(Schema.newBuilder().build(), null, query, query, Map.of());
        views.replace(
                name, new ResolvedCatalogView(view, ResolvedSchema.of(Column.physical("id", DataTypes.INT()))));
    }
}
