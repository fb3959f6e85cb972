package rag.flink.functions;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.calcite.sql.SqlNode;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentImpl;
import org.apache.flink.table.planner.delegation.PlannerBase;
import org.apache.flink.table.planner.delegation.PlannerContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rag.flink.Listing;
import rag.flink.UserException;

class FunctionCallsTest {

    private static final PlannerContext PLANNER =
            ((PlannerBase)
                            ((TableEnvironmentImpl) TableEnvironment.create(EnvironmentSettings.inStreamingMode()))
                                    .getPlanner())
                    .plannerContext();

    private static String rewritten(String sql) {
        SqlNode statement = PLANNER.createCalciteParser().parseSqlList(sql).get(0);
        FunctionCalls.rewrite(statement);
        return statement.toString().replaceAll("\\s+", " ");
    }

    private static String refusal(String sql) {
        return assertThrows(UserException.class, () -> rewritten(sql), sql).getMessage();
    }

    @ParameterizedTest
    @ValueSource(strings = {"AI_EMBEDDING", "ML_PREDICT", "ai_embedding"})
    void theOptionsOfAModelAreWrittenAsText(String function) {
        String call = "SELECT * FROM t, LATERAL TABLE(" + function + "('m', c, MAP['debug', true, 'retry_count', 2]))";
        assertTrue(rewritten(call).contains("'debug=true retry_count=2'"), rewritten(call));
        String without = "SELECT * FROM t, LATERAL TABLE(" + function + "('m', c))";
        assertTrue(rewritten(without).contains("('m', `c`))"), rewritten(without));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AI_EMBEDDING('m') | AI_EMBEDDING takes two or three arguments and was given 1: write AI_EMBEDDING('model'",
                "ML_PREDICT('m', c, MAP['a', 'b'], 1) | ML_PREDICT takes two or three arguments and was given 4",
                "AI_EMBEDDING('m', c, 5) | The last argument of AI_EMBEDDING must be a MAP of options",
                "ML_PREDICT('m', c, MAP['retry_count', c]) | The options of ML_PREDICT must be written out",
                "ML_PREDICT(TABLE t, MODEL m, DESCRIPTOR(c)) | ML_PREDICT takes no TABLE on Confluent Cloud",
            })
    void aCallThatIsNoneIsRefused(String call, String said) {
        String message = refusal("SELECT * FROM t, LATERAL TABLE(" + call + ")");
        assertTrue(message.startsWith(said), message);
    }

    @Test
    void aDescriptorNamesAColumn() {
        String without = "SELECT * FROM TUMBLE(TABLE t, DESCRIPTOR(), INTERVAL '1' MINUTE)";
        assertEquals("DESCRIPTOR() names no column: write DESCRIPTOR(column).", refusal(without));
    }

    @Test
    void everyFunctionThatIsNotServedIsRefusedByItsName() {
        List<Executable> checks =
                Listing.read("functions.tsv").rows().stream()
                        .filter(row -> row.answer().equals("-"))
                        .map(
                                row ->
                                        (Executable)
                                                () ->
                                                        assertEquals(
                                                                row.name() + " is not supported by the local cloud: "
                                                                        + row.text() + ".",
                                                                refusal("SELECT " + row.name() + "(a, b) FROM t")))
                        .toList();
        assertTrue(checks.size() > 10);
        assertAll(checks);
    }

    @Test
    void itIsFoundWhereverItIsCalled() {
        String within = "INSERT INTO s WITH x AS (SELECT * FROM t, LATERAL TABLE(AI_COMPLETE('m', c))) SELECT * FROM x";
        assertTrue(refusal(within).startsWith("AI_COMPLETE is not supported"));
        assertTrue(refusal("CREATE VIEW v AS SELECT ML_FORECAST(a, b) OVER w FROM t WINDOW w AS (ORDER BY r)")
                .startsWith("ML_FORECAST is not supported"));
        assertTrue(refusal("EXPLAIN SELECT AI_SENTIMENT('m', c) FROM t").startsWith("AI_SENTIMENT is not supported"));
        assertTrue(refusal("CREATE TABLE n AS SELECT ML_EVALUATE('m', c) FROM t").startsWith("ML_EVALUATE"));
    }
}
