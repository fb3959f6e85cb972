package rag.flink.statement;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.JarURLConnection;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlNode;
import org.apache.flink.sql.parser.ddl.table.SqlCreateTable;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.SqlParserException;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentImpl;
import org.apache.flink.table.planner.delegation.PlannerBase;
import org.apache.flink.table.planner.delegation.PlannerContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import rag.flink.Listing;
import rag.flink.UserException;

class JudgeTest {

    private static final PlannerContext PLANNER = planner();
    private static final Listing KINDS = Listing.read("statements.tsv");

    /** Classes of Flink's parser that are parts of a statement, or what several statements have in common. */
    private static final Set<String> PARTS =
            Set.of(
                    "SqlDistribution",
                    "SqlTableOption",
                    "SqlWatermark",
                    "SqlTableConstraint",
                    "SqlTableLike",
                    "SqlTableColumnPosition",
                    "SqlRegularColumn",
                    "SqlMetadataColumn",
                    "SqlComputedColumn",
                    "SqlResource",
                    "SqlStartMode");

    private static PlannerContext planner() {
        TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
        return ((PlannerBase) ((TableEnvironmentImpl) tables).getPlanner()).plannerContext();
    }

    private static String refusal(String sql) {
        SqlNode statement = SqlText.parse(PLANNER, sql);
        return assertThrows(UserException.class, () -> Judge.requireServed(statement), sql).getMessage();
    }

    /** All that the parser can make: every concrete class of a statement in its packages. */
    static List<Class<?>> statements() throws IOException, ClassNotFoundException {
        URL packages = SqlCreateTable.class.getClassLoader().getResource("org/apache/flink/sql/parser/ddl/");
        JarURLConnection jar = (JarURLConnection) packages.openConnection();
        List<String> names =
                jar.getJarFile().stream()
                        .map(entry -> entry.getName())
                        .filter(name -> name.matches("org/apache/flink/sql/parser/(ddl|dml|dql)/.*\\.class"))
                        .map(name -> name.replace(".class", "").replace('/', '.'))
                        .toList();
        List<Class<?>> found = new ArrayList<>();
        for (String name : names) {
            Class<?> type = Class.forName(name, false, SqlCreateTable.class.getClassLoader());
            if (SqlNode.class.isAssignableFrom(type)
                    && !Modifier.isAbstract(type.getModifiers())
                    && !PARTS.contains(type.getSimpleName())) {
                found.add(type);
            }
        }
        return found;
    }

    @ParameterizedTest
    @MethodSource("statements")
    void everyStatementOfTheParserIsListed(Class<?> statement) {
        boolean served = KINDS.find(statement.getSimpleName()).filter(row -> row.text().isEmpty()).isPresent();
        boolean refused = false;
        for (Class<?> type = statement; type != null; type = type.getSuperclass()) {
            refused |= KINDS.find(type.getSimpleName()).filter(row -> !row.text().isEmpty()).isPresent();
        }
        assertTrue(served || refused, statement + " is neither served nor refused by name");
    }

    @Test
    void noListedStatementIsUnknownToTheParser() throws Exception {
        Set<String> parsed = new TreeSet<>();
        for (Class<?> statement : statements()) {
            for (Class<?> type = statement; type != null; type = type.getSuperclass()) {
                parsed.add(type.getSimpleName());
            }
        }
        parsed.addAll(Set.of("SqlQuery", "SqlProcedureCall", "SqlDelete", "SqlUpdate", "SqlMerge"));
        assertEquals(
                Set.of(),
                KINDS.rows().stream()
                        .map(Listing.Row::name)
                        .filter(name -> !parsed.contains(name))
                        .collect(Collectors.toSet()));
    }

    @Test
    void aRefusalIsOneSentenceThatNamesTheStatement() {
        assertAll(
                KINDS.rows().stream()
                        .filter(row -> !row.text().isEmpty())
                        .map(
                                row ->
                                        () -> {
                                            String first = row.answer().split(",")[0].split(" ")[0];
                                            assertTrue(row.text().contains(first), row.text());
                                            assertTrue(row.text().matches("[A-Z].*\\.") && !row.text().contains("Sql"));
                                        }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"CREATE AGENT: CREATE AGENT a USING MODEL m", "SHOW TOOLS: /* dbt */ -- why\n show  tools"})
    void whatFlinksGrammarLacksIsRefusedByNameToo(String sample) {
        String name = sample.substring(0, sample.indexOf(": "));
        String sql = sample.substring(name.length() + 2);
        String said = assertThrows(UserException.class, () -> SqlText.parse(PLANNER, sql)).getMessage();
        assertEquals(name + " is not supported by the local cloud: there are no agents and tools.", said);
        assertThrows(SqlParserException.class, () -> SqlText.parse(PLANNER, "SELECT agent FORM tools"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "WITH a AS (SELECT 1) SELECT * FROM a ORDER BY 1 LIMIT 3",
                "VALUES (1), (2)",
                "TABLE t",
                "SELECT 1 UNION ALL SELECT 2",
                "SELECT * FROM t /*+ OPTIONS('scan.startup.mode'='latest-offset') */ JOIN u ON t.a = u.a",
                "SELECT /*+ STATE_TTL('t' = '1d') */ * FROM t",
                "INSERT INTO t SELECT 1",
                "INSERT INTO t (a) VALUES (1)",
                "EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; INSERT INTO u SELECT 2; END",
                "CREATE TABLE t (a INT, PRIMARY KEY (a) NOT ENFORCED) DISTRIBUTED BY (a) INTO 2 BUCKETS WITH ('a' = 'b')",
                "CREATE TABLE t (m MULTISET<INT>, WATERMARK FOR $rowtime AS $rowtime) LIKE u",
                "CREATE TABLE t AS SELECT 1",
                "EXPLAIN CREATE TABLE t AS SELECT 1",
                "EXPLAIN PLAN FOR SELECT 1",
                "CREATE VIEW v AS SELECT 1",
                "CREATE VIEW IF NOT EXISTS v (a) COMMENT 'c' AS SELECT 1",
                "CREATE MODEL m INPUT (a STRING) OUTPUT (b ARRAY<FLOAT>) WITH ('task' = 'embedding')",
                "ALTER TABLE t SET ('a' = 'b')",
                "ALTER TABLE t ADD (b INT METADATA FROM 'partition' VIRTUAL)",
                "ALTER TABLE t ADD headers MAP<BYTES, BYTES> METADATA VIRTUAL",
                "ALTER TABLE t ADD (c AS a + 1)",
                "ALTER TABLE t MODIFY headers MAP<STRING, STRING> METADATA",
                "ALTER TABLE t MODIFY WATERMARK FOR $rowtime AS $rowtime - INTERVAL '0.001' SECOND",
                "ALTER TABLE t DROP WATERMARK",
                "ALTER TABLE t DROP headers",
                "SELECT /*+ BROADCAST(t) */ * FROM t JOIN u ON t.a = u.a",
                "ALTER MODEL m RENAME TO n",
                "DROP TABLE IF EXISTS t",
                "DROP VIEW v",
                "DROP MODEL m",
                "DESCRIBE EXTENDED t",
                "DESCRIBE MODEL m",
                "SHOW TABLES",
                "SHOW VIEWS",
                "SHOW CREATE VIEW v",
                "SHOW CURRENT DATABASE",
                "SHOW FUNCTIONS",
                "SHOW COLUMNS FROM t"
            })
    void whatConfluentHasIsServed(String sql) {
        assertDoesNotThrow(() -> Judge.requireServed(SqlText.parse(PLANNER, sql)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE OR REPLACE TABLE: CREATE OR REPLACE TABLE product_vector AS SELECT 1",
                "CREATE OR REPLACE TABLE: REPLACE TABLE t AS SELECT 1",
                "CREATE OR REPLACE TABLE: EXPLAIN CREATE OR REPLACE TABLE t AS SELECT 1",
                "COMPILE PLAN: COMPILE PLAN '/tmp/p.json' FOR INSERT INTO t SELECT 1",
                "EXECUTE PLAN: EXECUTE PLAN '/etc/hostname'",
                "COMPILE AND EXECUTE PLAN: COMPILE AND EXECUTE PLAN '/tmp/p.json' FOR INSERT INTO t SELECT 1",
                "LOAD MODULE: LOAD MODULE hive",
                "UNLOAD MODULE: UNLOAD MODULE core",
                "USE MODULES: USE MODULES core",
                "SHOW MODULES: SHOW FULL MODULES",
                "ADD JAR: ADD JAR '/tmp/a.jar'",
                "REMOVE JAR: REMOVE JAR '/tmp/a.jar'",
                "SHOW JARS: SHOW JARS",
                "CALL: CALL p(1)",
                "SHOW PROCEDURES: SHOW PROCEDURES",
                "TEMPORARY: CREATE TEMPORARY TABLE t (a INT)",
                "TEMPORARY: CREATE TEMPORARY TABLE t (a INT) LIKE u",
                "TEMPORARY: CREATE TEMPORARY VIEW v AS SELECT 1",
                "TEMPORARY: CREATE TEMPORARY MODEL m WITH ('a' = 'b')",
                "TEMPORARY: DROP TEMPORARY TABLE t",
                "TEMPORARY: DROP TEMPORARY VIEW v",
                "CREATE FUNCTION: CREATE TEMPORARY SYSTEM FUNCTION f AS 'a.B'",
                "CREATE FUNCTION: CREATE FUNCTION f AS 'a.B' USING JAR '/tmp/a.jar'",
                "DROP FUNCTION: DROP FUNCTION f",
                "ALTER FUNCTION: ALTER FUNCTION f AS 'a.B'",
                "CREATE MATERIALIZED TABLE: CREATE MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' MINUTE AS SELECT 1",
                "ALTER MATERIALIZED TABLE: ALTER MATERIALIZED TABLE m SUSPEND",
                "DROP MATERIALIZED TABLE: DROP MATERIALIZED TABLE m",
                "CREATE CATALOG: CREATE CATALOG c WITH ('type' = 'generic_in_memory')",
                "DROP CATALOG: DROP CATALOG c",
                "CREATE DATABASE: CREATE DATABASE d",
                "DROP DATABASE: DROP DATABASE d CASCADE",
                "ALTER DATABASE: ALTER DATABASE d SET ('a' = 'b')",
                "UPDATE: UPDATE t SET a = 1",
                "DELETE: DELETE FROM t WHERE a = 1",
                "TRUNCATE TABLE: TRUNCATE TABLE t",
                "ANALYZE TABLE: ANALYZE TABLE t COMPUTE STATISTICS",
                "INSERT OVERWRITE: INSERT OVERWRITE t SELECT 1",
                "INSERT OVERWRITE: EXECUTE STATEMENT SET BEGIN INSERT OVERWRITE t SELECT 1; INSERT INTO u SELECT 1; END",
                "PARTITION: INSERT INTO t PARTITION (a = 1) SELECT 1",
                "INSERT INTO t (a, b): INSERT INTO t (a b) VALUES (1, 2)",
                "PARTITIONED BY: CREATE TABLE t (a INT) PARTITIONED BY (a)",
                "FIRST: ALTER TABLE t ADD (b INT METADATA FIRST)",
                "CONSTRAINT: ALTER TABLE t ADD PRIMARY KEY (a) NOT ENFORCED",
                "CONSTRAINT: ALTER TABLE t MODIFY PRIMARY KEY (a) NOT ENFORCED",
                "MODIFY WATERMARK: ALTER TABLE t ADD WATERMARK FOR ts AS ts",
                "DROP PRIMARY KEY: ALTER TABLE t DROP PRIMARY KEY",
                "DROP CONSTRAINT: ALTER TABLE t DROP CONSTRAINT c",
                "ALTER TABLE: ALTER TABLE t ADD DISTRIBUTION BY HASH (a) INTO 3 BUCKETS",
                "ALTER TABLE: ALTER TABLE t DROP DISTRIBUTION",
                "ALTER TABLE RENAME: ALTER TABLE t RENAME a TO b",
                "Did you mean 'BROADCAST'?: SELECT /*+ BRODCAST(t) */ * FROM t JOIN u ON t.a = u.a",
                "BROADCAST: SELECT /*+ BROADCASTS(t) */ * FROM t JOIN u ON t.a = u.a",
                "LOOKUP: SELECT /*+ LOOKUP('table' = 't') */ * FROM t JOIN u ON t.a = u.a",
                "a duration: SELECT /*+ STATE_TTL('t' = 'long') */ * FROM t",
                "ALTER TABLE: SELECT * FROM t /*+ OPTIONS('error-handling.mode' = 'ignore') */",
                "ALTER TABLE RENAME: ALTER TABLE t RENAME TO u",
                "SET: SET 'a' = 'b'",
                "RESET: RESET",
                "USE CATALOG: USE CATALOG c",
                "USE: USE d",
                "SHOW JOBS: SHOW JOBS",
                "STOP JOB: STOP JOB 'a'",
                "BEGIN STATEMENT SET: BEGIN STATEMENT SET",
                "END: END",
                "ALTER CONNECTION RESET: ALTER CONNECTION c RESET ('api-key')",
                "SHOW CREATE CONNECTION: SHOW CREATE CONNECTION c",
                "OPTIONS: SELECT * FROM (SELECT a FROM t /*+ OPTIONS('connector'='filesystem') */) AS s",
                "options: INSERT INTO t SELECT * FROM u /*+ OPTIONS('path'='/etc') */",
                "options: CREATE VIEW v AS SELECT * FROM u /*+ OPTIONS('path'='/etc') */",
                "options: CREATE TABLE v AS SELECT * FROM u /*+ OPTIONS('path'='/etc') */",
                "options: EXPLAIN SELECT * FROM u /*+ OPTIONS('path'='/etc') */",
                "options: ALTER VIEW v AS SELECT 1 UNION ALL SELECT a FROM u /*+ OPTIONS('path'='/etc') */",
                "options: EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT * FROM u /*+ OPTIONS('path'='/etc') */; END",
                "options: INSERT INTO t /*+ OPTIONS('sink.parallelism'='3') */ SELECT 1"
            })
    void whatItHasNotIsRefusedByName(String sample) {
        String name = sample.substring(0, sample.indexOf(": "));
        String said = refusal(sample.substring(name.length() + 2));
        assertTrue(name.equalsIgnoreCase("options") ? said.contains("'") : said.contains(name), said);
        assertTrue(said.endsWith(".") && !said.contains("sk-1") && !said.contains("Sql"), said);
    }

    /** They come here only if the local cloud ended while it did one: their text has no secrets any more. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE CONNECTION c WITH ('type' = 'openai', 'api-key' = '<REDACTED>')",
                "ALTER CONNECTION c SET ('api-key' = '<REDACTED>')",
                "DROP CONNECTION c"
            })
    void whatChangesConnectionsIsNeverDoneHere(String sql) {
        SqlNode statement = SqlText.parse(PLANNER, sql);
        assertDoesNotThrow(() -> Judge.requireServed(statement));
        String said = assertThrows(UserException.class, () -> ConnectionViews.of(statement, null)).getMessage();
        assertEquals("The local cloud ended before this statement was done: run it again.", said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT COUNT(*) FROM t GROUP BY TUMBLE(at_, INTERVAL '1' DAY)",
                "INSERT INTO s SELECT MAX(n) FROM t GROUP BY n, hop(at_, INTERVAL '1' DAY, INTERVAL '2' DAY)",
                "EXPLAIN SELECT 1 FROM (SELECT n FROM t GROUP BY SESSION(at_, INTERVAL '1' DAY))",
                "CREATE TABLE c AS SELECT COUNT(*) AS n FROM t GROUP BY TUMBLE(at_, INTERVAL '1' DAY)",
                "CREATE VIEW v AS SELECT COUNT(*) AS n FROM t GROUP BY GROUPING SETS ((TUMBLE(at_, INTERVAL '1' DAY)))",
                "EXECUTE STATEMENT SET BEGIN INSERT INTO s SELECT 1 FROM t GROUP BY TUMBLE(at_, INTERVAL '1' DAY); END"
            })
    void windowsInGroupByAreRefusedInConfluentsWords(String sql) {
        assertEquals(
                "SQL syntax that calls TUMBLE, HOP, and SESSION in the GROUP BY clause is not supported. Use table-valued"
                        + " function (TVF) syntax instead which is standard compliant.",
                refusal(sql));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT proctime()",
                "CREATE TABLE t (i INT, p AS PROCTIME())",
                "ALTER TABLE t ADD (p AS PROCTIME())",
                "CREATE VIEW v AS SELECT i, PROCTIME() AS p FROM t",
                "CREATE TABLE t (i INT, at_ TIMESTAMP_LTZ(3), WATERMARK FOR at_ AS PROCTIME())",
                "SELECT o.i FROM o JOIN c FOR SYSTEM_TIME AS OF PROCTIME() AS c ON o.i = c.i",
            })
    void processingTimeIsRefusedInConfluentsWords(String sql) {
        String said = refusal(sql);
        assertTrue(said.startsWith("Function 'PROCTIME' is not supported in Confluent's Flink SQL dialect."), said);
    }

    @Test
    void windowsAsTablesAreServed() {
        String sql =
                "SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(at_), INTERVAL '1' DAY))"
                        + " GROUP BY window_start, window_end";
        assertDoesNotThrow(() -> Judge.requireServed(SqlText.parse(PLANNER, sql)));
    }
}
