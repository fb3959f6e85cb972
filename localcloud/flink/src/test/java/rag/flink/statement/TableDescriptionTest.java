package rag.flink.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.internal.TableEnvironmentInternal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TableDescriptionTest {

    private static TableEnvironmentInternal environment;

    @BeforeAll
    static void tables() {
        TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
        tables.executeSql(
                "CREATE TABLE t (id INT NOT NULL, name STRING, twice AS id * 2, ts TIMESTAMP(3),"
                        + " PRIMARY KEY (id) NOT ENFORCED, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)"
                        + " DISTRIBUTED BY HASH(id) INTO 2 BUCKETS WITH ('connector' = 'x')");
        tables.executeSql("CREATE TABLE noted (id INT COMMENT 'a number', v STRING) WITH ('connector' = 'x')");
        tables.executeSql(
                "CREATE TABLE hidden (`$rowtime` TIMESTAMP_LTZ(3) NOT NULL METADATA VIRTUAL,"
                        + " WATERMARK FOR `$rowtime` AS `$rowtime` - INTERVAL '0.050' SECOND) WITH ('connector' = 'x')");
        environment = (TableEnvironmentInternal) tables;
    }

    private static ShowTexts described(String sql) {
        return (ShowTexts) SqlText.resolve(environment, sql);
    }

    @Test
    void eachColumnSaysWhatItIs() {
        ShowTexts texts = described("DESCRIBE t");
        assertEquals(List.of("Column Name", "Data Type", "Nullable", "Extras"), texts.headings());
        assertEquals(
                List.of(
                        List.of("id", "INT", "NOT NULL", "PRIMARY KEY, BUCKET KEY"),
                        List.of("name", "STRING", "NULL", ""),
                        List.of("twice", "INT", "NOT NULL", "AS `id` * 2"),
                        List.of(
                                "ts", "TIMESTAMP(3) *ROWTIME*", "NULL",
                                "WATERMARK AS `ts` - INTERVAL '1' SECOND")),
                texts.rows());
    }

    @Test
    void commentsAreShownIfThereAreAny() {
        ShowTexts texts = described("DESC noted");
        assertEquals("Comment", texts.headings().get(4));
        assertEquals(
                List.of(List.of("id", "INT", "NULL", "", "a number"), List.of("v", "STRING", "NULL", "", "")),
                texts.rows());
    }

    @Test
    void theDefaultWatermarkHasItsName() {
        List<List<String>> rows = described("DESCRIBE EXTENDED hidden").rows();
        assertEquals("METADATA VIRTUAL, WATERMARK AS `SOURCE_WATERMARK`()", rows.get(0).get(3));
    }

    @Test
    void aTableThatIsNotThereIsNamed() {
        ValidationException refused = assertThrows(ValidationException.class, () -> described("DESCRIBE ghosts"));
        assertEquals(
                "Table (or view) 'ghosts' does not exist, or you do not have permission to access it.",
                refused.getMessage());
    }
}
