package rag.flink.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rag.flink.UserException;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;

class InformationSchemaTest {

    @TempDir Path root;
    private EnvironmentCatalog catalog;
    private InformationSchema schema;

    @BeforeEach
    void open() {
        Environment environment =
                new Environment("env-1", "shop", null, List.of(new Database("lkc-1", "stopped", null)), List.of());
        StatementContext statement = StatementContext.plain("s", "sa-1", true);
        catalog = new EnvironmentCatalog("env-1", environment, "stopped", statement, new CatalogStore(root));
        schema = new InformationSchema(catalog);
    }

    @Test
    void everyRowHasTheColumnsOfItsTable() throws Exception {
        assertFalse(catalog.listTables(InformationSchema.NAME).isEmpty());
        for (String view : catalog.listTables(InformationSchema.NAME)) {
            CatalogBaseTable table = catalog.getTable(new ObjectPath(InformationSchema.NAME, view));
            int columns = table.getUnresolvedSchema().getColumns().size();
            schema.rows(view).forEach(row -> assertEquals(columns, row.getArity(), view));
        }
    }

    @Test
    void itDescribesItselfAndLeavesOutAClusterThatDoesNotRun() {
        List<RowData> schemata = schema.rows("SCHEMATA");
        assertEquals(1, schemata.size());
        assertEquals("env-1", schemata.get(0).getString(0).toString());
        assertEquals("shop", schemata.get(0).getString(1).toString());
        assertEquals("INFORMATION_SCHEMA", schemata.get(0).getString(3).toString());
        RowData buckets =
                schema.rows("COLUMNS").stream()
                        .filter(row -> row.getString(5).toString().equals("DISTRIBUTION_BUCKETS"))
                        .findFirst()
                        .orElseThrow();
        assertEquals(9, buckets.getInt(6));
        assertEquals("INTEGER", buckets.getString(8).toString());
        assertEquals("INT", buckets.getString(9).toString());
        assertTrue(schema.rows("TABLE_OPTIONS").isEmpty());
    }

    @Test
    void aViewWithoutRowsIsReadToItsEnd() throws Exception {
        RowType type = RowType.of(new IntType(), new VarCharType());
        InformationSchemaSource source = new InformationSchemaSource(type, List::of);
        DataStreamScanProvider provider = (DataStreamScanProvider) source.getScanRuntimeProvider(null);
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1);
        try (CloseableIterator<RowData> rows = provider.produceDataStream(null, environment).executeAndCollect()) {
            assertFalse(rows.hasNext());
        }
    }

    @Test
    void itCanOnlyBeRead() {
        ObjectPath tables = new ObjectPath(InformationSchema.NAME, "TABLES");
        assertThrows(UserException.class, () -> catalog.dropTable(tables, false));
        assertThrows(UserException.class, () -> catalog.createTable(tables, null, false));
    }
}
