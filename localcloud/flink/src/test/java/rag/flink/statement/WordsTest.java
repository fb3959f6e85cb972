package rag.flink.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentInternal;
import org.apache.flink.table.operations.ModifyOperation;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.operations.QueryOperation;
import org.junit.jupiter.api.Test;
import rag.flink.preprocessing.PreprocessingModule;

/** Whatever is wrong with a statement, what a person reads of it is no word of Java. */
class WordsTest {

    private static final int STATEMENTS = 3000;

    private static final Pattern JAVA =
            Pattern.compile(
                    "Exception\\b|Cannot invoke|cannot be cast|\\bSql[A-Z]\\w+|Operation\\b|\\bat [a-z]+\\.[\\w.]+\\("
                            + "|\\b(?:java|org\\.apache|rag\\.flink|scala)\\.[a-z]|\\bnull\\b|@[0-9a-f]{6,}|\\n");

    private static final List<String> STATEMENTS_OF_PEOPLE =
            List.of(
                    "SELECT id, name FROM t WHERE id > 1 AND name LIKE 'a%' LIMIT 3",
                    "SELECT id, COUNT(*) AS n FROM t GROUP BY id HAVING COUNT(*) > 1",
                    "SELECT window_start, SUM(id) FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start",
                    "SELECT name, LAG(id, 1) OVER (PARTITION BY name ORDER BY ts) FROM t",
                    "SELECT a.id, b.name FROM t AS a JOIN u AS b ON a.id = b.id AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '1' DAY",
                    "SELECT t.id, u.name FROM t LEFT JOIN u FOR SYSTEM_TIME AS OF t.ts ON t.id = u.id",
                    "SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY name ORDER BY ts MEASURES A.id AS i PATTERN (A B) DEFINE B AS B.id > 1)",
                    "WITH w AS (SELECT id, CAST(name AS INT) AS n FROM t) SELECT CASE WHEN n > 1 THEN 'x' ELSE NULL END FROM w",
                    "SELECT id, x FROM t CROSS JOIN UNNEST(ARRAY[1, 2]) AS q (x)",
                    "SELECT STR_TO_MAP('a=1')['a'], ROW(1, 'b'), MAP['k', 1], TO_TIMESTAMP_LTZ(1, 3), JSON_VALUE(name, '$.a') FROM t",
                    "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts DESC) AS r FROM t) WHERE r = 1",
                    "INSERT INTO t (id, name) VALUES (1, 'a'), (2, 'b')",
                    "INSERT INTO t SELECT id, name, ts FROM u",
                    "EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT * FROM u; INSERT INTO u SELECT * FROM t; END",
                    "EXPLAIN SELECT * FROM t WHERE id IN (SELECT id FROM u)",
                    "CREATE TABLE n (id INT, v AS id + 1, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, ts TIMESTAMP(3)) WITH ('connector' = 'confluent')",
                    "CREATE TABLE n (id INT PRIMARY KEY NOT ENFORCED, name STRING) DISTRIBUTED BY (id) INTO 3 BUCKETS",
                    "CREATE TABLE n WITH ('value.format' = 'json-registry') AS SELECT id, name FROM t",
                    "CREATE TABLE n LIKE t (EXCLUDING OPTIONS)",
                    "CREATE VIEW v AS SELECT id FROM t",
                    "CREATE MODEL m INPUT (a STRING) OUTPUT (v ARRAY<FLOAT>) WITH ('task' = 'embedding', 'provider' = 'openai')",
                    "ALTER TABLE t SET ('kafka.retention.time' = '1 d')",
                    "ALTER TABLE t ADD (x INT)",
                    "ALTER MODEL m SET ('default_version' = '2')",
                    "DROP TABLE IF EXISTS t",
                    "DROP MODEL m",
                    "DESCRIBE EXTENDED t",
                    "DESCRIBE CONNECTION c",
                    "SHOW CREATE TABLE t",
                    "SHOW TABLES LIKE 'a%'",
                    "SHOW CONNECTIONS LIKE 'a%'",
                    "SELECT v FROM t, LATERAL TABLE(AI_EMBEDDING('m', name, MAP['retry_count', 1]))",
                    "SELECT * FROM t, LATERAL TABLE(VECTOR_SEARCH_AGG(e, DESCRIPTOR(v), ARRAY[1.0], 3))",
                    "SELECT AI_COMPLETE('m', name), ML_FORECAST(id, ts) OVER (ORDER BY ts) FROM t",
                    "SELECT id, chunk FROM t CROSS JOIN UNNEST(ML_CHARACTER_TEXT_SPLITTER(name, 200, 20, '#', FALSE, FALSE, TRUE, 'END')) AS q (chunk)",
                    "SELECT ML_BUCKETIZE(id, ARRAY[1, 4], ARRAY['n', 'a', 'b', 'c']), ML_ONE_HOT_ENCODER(name, ARRAY['a', 'b'], TRUE, 'KEEP') FROM t",
                    "SELECT ML_MIN_MAX_SCALER(id, 1, 5), ML_LABEL_ENCODER(id, ARRAY[1, 2], TRUE), ML_NGRAMS(ARRAY[name, 'a'], 2, '#') FROM t",
                    "CREATE AGENT a USING MODEL m USING TOOLS x WITH ('max_iterations' = '3')");

    private static final List<String> ODD =
            List.of(
                    "NULL", "*", "''", "1e999", "`x`", "(", ")", ",", "MAP[1]", "DESCRIPTOR(a)", "TABLE t", "t.*", "?",
                    "ARRAY[]", "CAST(1 AS ROW<>)", "INTERVAL '1' YEAR", "DATE 'x'", "x'0'", "U&'\\zz'", "-", "/*", "'",
                    "99999999999999999999", "ROW()", "a.b.c.d.e", "$rowtime", "DEFAULT", "CURRENT_WATERMARK(ts)", "FOR");

    private static final Pattern TOKEN = Pattern.compile("'[^']*'|`[^`]*`|[\\w$.]+|\\S");

    private static TableEnvironmentInternal environment() {
        TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
        tables.loadModule(PreprocessingModule.NAME, new PreprocessingModule());
        String columns = " (id INT, name STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen')";
        tables.executeSql("CREATE TABLE t" + columns);
        tables.executeSql("CREATE TABLE u" + columns);
        return (TableEnvironmentInternal) tables;
    }

    /** A statement of a person with one or two mistakes: a word lost, doubled, moved or taken for an odd one. */
    private static String mistaken(Random random) {
        List<String> words = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(STATEMENTS_OF_PEOPLE.get(random.nextInt(STATEMENTS_OF_PEOPLE.size())));
        while (matcher.find()) {
            words.add(matcher.group());
        }
        for (int mistakes = 1 + random.nextInt(2); mistakes > 0 && words.size() > 1; mistakes--) {
            int at = random.nextInt(words.size());
            switch (random.nextInt(4)) {
                case 0 -> words.remove(at);
                case 1 -> words.add(at, words.get(at));
                case 2 -> words.add(random.nextInt(words.size()), words.remove(at));
                default -> words.set(at, ODD.get(random.nextInt(ODD.size())));
            }
        }
        return String.join(" ", words);
    }

    private static void plan(TableEnvironmentInternal environment, String sql) {
        Operation operation = SqlText.resolve(environment, sql);
        if (operation instanceof QueryOperation || operation instanceof ModifyOperation) {
            environment.explainInternal(List.of(operation));
        }
    }

    @Test
    void noMistakeIsToldInJava() {
        TableEnvironmentInternal environment = environment();
        Random random = new Random(7);
        Map<String, String> inJava = new LinkedHashMap<>();
        Map<String, String> internal = new TreeMap<>();
        int told = 0;
        for (int i = 0; i < STATEMENTS; i++) {
            String sql = mistaken(random);
            try {
                plan(environment, sql);
            } catch (Exception | StackOverflowError | AssertionError e) {
                told++;
                String said = Failures.describe(e, "mine", "env", "cluster");
                if (JAVA.matcher(said).find()) {
                    inJava.put(sql, said);
                } else if (said.contains("internal error")) {
                    internal.put(sql, e.toString());
                }
            }
        }
        assertTrue(told > STATEMENTS / 2, told + " statements were refused");
        assertEquals(Map.of(), inJava);
        assertEquals(Map.of(), internal);
    }
}
