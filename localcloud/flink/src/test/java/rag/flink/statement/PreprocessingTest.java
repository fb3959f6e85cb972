package rag.flink.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentInternal;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.operations.QueryOperation;
import org.apache.flink.types.Row;
import org.apache.flink.util.CollectionUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rag.flink.UserException;
import rag.flink.preprocessing.PreprocessingModule;

/** The functions of ML preprocessing as statements call them: the types that they take, and what is refused when planned. */
class PreprocessingTest {

    private static final TableEnvironmentInternal ENVIRONMENT = environment();

    private static TableEnvironmentInternal environment() {
        TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
        tables.loadModule(PreprocessingModule.NAME, new PreprocessingModule());
        tables.executeSql(
                "CREATE TABLE t (name STRING, c CHAR(3), tiny TINYINT, small SMALLINT, big BIGINT, single FLOAT, price DOUBLE,"
                        + " money DECIMAL(10, 2), ok BOOLEAN, d DATE, ts TIMESTAMP(3), lz TIMESTAMP_LTZ(3), tags ARRAY<STRING>,"
                        + " points ARRAY<BIGINT>, m MAP<STRING, INT>) WITH ('connector' = 'datagen', 'number-of-rows' = '1')");
        return (TableEnvironmentInternal) tables;
    }

    private static QueryOperation planned(String call) {
        QueryOperation query = (QueryOperation) SqlText.resolve(ENVIRONMENT, "SELECT " + call + " FROM t");
        ENVIRONMENT.explainInternal(List.of((Operation) query));
        return query;
    }

    private static String refusal(String call) {
        Throwable failure = assertThrows(RuntimeException.class, () -> planned(call), call);
        return Failures.describe(failure, "s", "c", "d");
    }

    private static List<Object> row(String sql) {
        QueryOperation query = (QueryOperation) SqlText.resolve(ENVIRONMENT, sql);
        List<Row> rows = CollectionUtil.iteratorToList(ENVIRONMENT.executeInternal(query).collect());
        assertEquals(1, rows.size());
        return IntStream.range(0, rows.get(0).getArity())
                .mapToObj(rows.get(0)::getField)
                .map(each -> each instanceof Object[] array ? List.of(array) : each)
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ML_BUCKETIZE(tiny, points) | STRING",
                "ML_BUCKETIZE(money, ARRAY[1, 2.5, CAST(NULL AS INT)], tags) | STRING",
                "ML_CHARACTER_TEXT_SPLITTER(c, tiny, small, name, ok) | ARRAY<STRING>",
                "ML_RECURSIVE_TEXT_SPLITTER(name, 5, 0, tags, FALSE, ok, ok, name) | ARRAY<STRING>",
                "ML_FILE_FORMAT_TEXT_SPLITTER(name, 5, 0, name) | ARRAY<STRING>",
                "ML_NGRAMS(tags) | ARRAY<STRING>",
                "ML_NGRAMS(ARRAY[c, 'a'], tiny, c) | ARRAY<STRING>",
                "ML_LABEL_ENCODER(c, ARRAY['a', 'bcde']) | INT",
                "ML_LABEL_ENCODER(big, ARRAY[1, 2]) | INT",
                "ML_LABEL_ENCODER(money, points, ok) | INT",
                "ML_LABEL_ENCODER(NULL, ARRAY['a']) | INT",
                "ML_LABEL_ENCODER(d, ARRAY[DATE '2020-01-01']) | INT",
                "ML_ONE_HOT_ENCODER(ts, ARRAY[TIMESTAMP '2020-01-01 00:00:00']) | ARRAY<INT>",
                "ML_ONE_HOT_ENCODER(ok, ARRAY[TRUE, FALSE], FALSE, name) | ARRAY<INT>",
                "ML_MAX_ABS_SCALER(single, big) | DOUBLE",
                "ML_MIN_MAX_SCALER(money, small, 1.5) | DOUBLE",
                "ML_NORMALIZER(NULL, price) | DOUBLE",
                "ML_ROBUST_SCALER(tiny, NULL, NULL, NULL, FALSE, FALSE) | DOUBLE",
                "ML_STANDARD_SCALER(big, 1, 5) | DOUBLE",
            })
    void typesAreCast(String call, String type) {
        assertEquals(type, planned(call).getResolvedSchema().getColumnDataTypes().get(0).toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // How many arguments
                "ML_NORMALIZER(price) | ML_NORMALIZER takes two arguments and was given 1: write ML_NORMALIZER(value, normValue).",
                "ML_BUCKETIZE() | ML_BUCKETIZE takes two or three arguments and was given 0: write ML_BUCKETIZE(value,"
                        + " splitBucketPoints [, bucketNames]).",
                "ML_NGRAMS(tags, 1, '#', 2) | ML_NGRAMS takes one to three arguments and was given 4: write ML_NGRAMS(input"
                        + " [, nValue] [, separator]).",
                "ML_NGRAMS(input => tags) | ML_NGRAMS takes its arguments by their places, without names: write ML_NGRAMS(input"
                        + " [, nValue] [, separator]).",
                // Their types
                "ML_NORMALIZER(name, 5) | The first argument of ML_NORMALIZER, value, is of type STRING: it must be a number.",
                "ML_MIN_MAX_SCALER(price, 0, ok) | The third argument of ML_MIN_MAX_SCALER, max, is of type BOOLEAN: it must"
                        + " be a number.",
                "ML_NGRAMS(name) | The first argument of ML_NGRAMS, input, is of type STRING: it must be an array of texts,"
                        + " of type ARRAY<STRING>.",
                "ML_NGRAMS(tags, big) | The second argument of ML_NGRAMS, nValue, is of type BIGINT: it must be a whole number,"
                        + " of type INT.",
                "ML_NGRAMS(tags, 1.5) | The second argument of ML_NGRAMS, nValue, is of type DECIMAL(2, 1): it must be a whole"
                        + " number, of type INT.",
                "ML_BUCKETIZE(price, tags) | The second argument of ML_BUCKETIZE, splitBucketPoints, is of type ARRAY<STRING>:"
                        + " it must be an array of numbers.",
                "ML_LABEL_ENCODER(m, ARRAY['a']) | The first argument of ML_LABEL_ENCODER, input, is of type MAP<STRING, INT>:"
                        + " it must be a text, a number, a boolean, a date or a time.",
                "ML_LABEL_ENCODER(name, 'a') | The second argument of ML_LABEL_ENCODER, categories, is of type CHAR(1): it must"
                        + " be an array of texts, numbers, booleans, dates or times.",
                "ML_ONE_HOT_ENCODER(name, points) | The input of ML_ONE_HOT_ENCODER is of type STRING and its categories are of"
                        + " type ARRAY<BIGINT>: write categories of the input's type, or CAST one of them.",
                "ML_ONE_HOT_ENCODER(ok, points) | The input of ML_ONE_HOT_ENCODER is of type BOOLEAN and its categories are of"
                        + " type ARRAY<BIGINT>: write categories of the input's type, or CAST one of them.",
                // Their values, where they are written out
                "ML_MAX_ABS_SCALER(price, NULL) | The second argument of ML_MAX_ABS_SCALER, absoluteMax, is NULL: it must be a"
                        + " number.",
                "ML_MAX_ABS_SCALER(price, CAST(NULL AS INT)) | The second argument of ML_MAX_ABS_SCALER, absoluteMax, is NULL:"
                        + " it must be a number.",
                "ML_MIN_MAX_SCALER(price, -1, -2.5) | The third argument of ML_MIN_MAX_SCALER, max, is -2.5 and min is -1.0:"
                        + " write the smaller number first.",
                "ML_NGRAMS(tags, -1) | The second argument of ML_NGRAMS, nValue, is -1: it must be 1 or more.",
                "ML_BUCKETIZE(price, ARRAY[2, 1]) | The second argument of ML_BUCKETIZE, splitBucketPoints, has 1.0 behind 2.0:"
                        + " write the numbers in ascending order.",
                "ML_BUCKETIZE(price, ARRAY[1], ARRAY['a']) | The third argument of ML_BUCKETIZE, bucketNames, has 1 name for 2"
                        + " buckets: write 3, that of the bucket for NULL first.",
                "ML_LABEL_ENCODER(name, ARRAY['a', NULL]) | The second argument of ML_LABEL_ENCODER, categories, has a NULL:"
                        + " leave it out, as a NULL is always an unknown value.",
                "ML_LABEL_ENCODER(big, ARRAY[10, 9]) | The second argument of ML_LABEL_ENCODER, categories, is not sorted: write"
                        + " its values in ascending order, '9' before '10'.",
                "ML_ONE_HOT_ENCODER(ok, ARRAY[TRUE, TRUE]) | The second argument of ML_ONE_HOT_ENCODER, categories, has 'true'"
                        + " twice: write each category once.",
                "ML_CHARACTER_TEXT_SPLITTER(name, 5, tiny, name, FALSE, TRUE, TRUE, 'MIDDLE') | The eighth argument of"
                        + " ML_CHARACTER_TEXT_SPLITTER, separatorPosition, is 'MIDDLE': write 'START' or 'END'.",
                "ML_CHARACTER_TEXT_SPLITTER(name, 5, 6, ',', FALSE) | The third argument of ML_CHARACTER_TEXT_SPLITTER,"
                        + " chunkOverlap, is 6 and chunkSize is 5: it must not be larger than that.",
                "ML_CHARACTER_TEXT_SPLITTER(name, 5, 0, '[', TRUE) | The fourth argument of ML_CHARACTER_TEXT_SPLITTER,"
                        + " separator, has '[', which is no regular expression (Unclosed character class): write one, or"
                        + " FALSE for isSeparatorRegex.",
                "ML_RECURSIVE_TEXT_SPLITTER(name, 5, 0, ARRAY['a', NULL]) | The fourth argument of ML_RECURSIVE_TEXT_SPLITTER,"
                        + " separators, has a NULL: write texts only.",
            })
    void whatIsWrongIsToldBeforeItRuns(String call, String said) {
        assertEquals(said, refusal(call));
    }

    @Test
    void aViewWithAWrongCallIsNotCreated() {
        assertThrows(
                UserException.class,
                () -> SqlText.resolve(ENVIRONMENT, "CREATE VIEW v AS SELECT ML_NGRAMS(tags, 0) FROM t"));
    }

    @Test
    void constantsAndColumnsGiveTheSame() {
        assertEquals(
                List.of("bin_2", 0.25, List.of("ab#cd"), 1, List.of(1, 0), List.of("ab", "cd"), List.of("ab cd")),
                row(
                        "SELECT ML_BUCKETIZE(n, ARRAY[1, 4]), ML_MIN_MAX_SCALER(n, 1, 5), ML_NGRAMS(ARRAY[a, 'cd'], 2, '#'),"
                                + " ML_LABEL_ENCODER(a, ARRAY['ab']), ML_ONE_HOT_ENCODER(n, ARRAY[2, 3]),"
                                + " ML_CHARACTER_TEXT_SPLITTER(a || ' cd', 4, 0, ' ', FALSE), ML_NGRAMS(ARRAY[a, 'cd'])"
                                + " FROM (VALUES (2, 'ab')) AS v (n, a)"));
        assertEquals(
                List.of("bin_2", 0.25, List.of("ab#cd"), 1, List.of(1, 0), List.of("ab", "cd"), List.of("ab cd")),
                row(
                        "SELECT ML_BUCKETIZE(2, ARRAY[1, 4]), ML_MIN_MAX_SCALER(2, 1, 5), ML_NGRAMS(ARRAY['ab', 'cd'], 2, '#'),"
                                + " ML_LABEL_ENCODER('ab', ARRAY['ab']), ML_ONE_HOT_ENCODER(2, ARRAY[2, 3]),"
                                + " ML_CHARACTER_TEXT_SPLITTER('ab cd', 4, 0, ' ', FALSE), ML_NGRAMS(ARRAY['ab', 'cd'])"));
    }

    @Test
    void aFailureOfARowIsToldInTheSameWords() {
        Throwable failure =
                assertThrows(
                        RuntimeException.class,
                        () -> row("SELECT ML_MAX_ABS_SCALER(1, CAST(a AS DOUBLE)) FROM (VALUES ('NaN')) AS v (a)"));
        assertEquals(
                "The second argument of ML_MAX_ABS_SCALER, absoluteMax, is NaN: it must be a number.",
                Failures.describe(failure, "s", "c", "d"));
    }

    @Test
    void theyAreListed() {
        List<String> listed = List.of(ENVIRONMENT.listFunctions());
        assertTrue(listed.contains("ml_bucketize"), listed.toString());
        assertEquals(12, new PreprocessingModule().listFunctions().size());
    }
}
