package rag.flink.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.flink.table.api.TableException;
import org.apache.flink.table.api.ValidationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import rag.flink.UserException;

class FailuresTest {

    private static String described(Throwable failure) {
        return Failures.describe(failure, "mine", "env", "cluster");
    }

    static List<Throwable> faultsOfPrograms() {
        return List.of(
                new NullPointerException("Cannot invoke \"String.equals(Object)\" because \"format\" is null"),
                new TableException("Planning failed.", new ClassCastException("class a.B cannot be cast to class c.D")),
                new IllegalStateException("SHOW is not implemented for class rag.flink.catalog.EnvironmentCatalog"),
                new ValidationException("Unsupported: org.apache.flink.table.operations.CompilePlanOperation"),
                new TableException("Fault", new NoSuchFieldException("a")),
                new RuntimeException());
    }

    @ParameterizedTest
    @MethodSource("faultsOfPrograms")
    void whatOnlyAProgrammerUnderstandsGoesToTheLog(Throwable failure) {
        String said = described(failure);
        assertTrue(said.endsWith("its log, flink.log, has the cause under mine."), said);
        assertFalse(said.matches(".*(class|null|invoke|flink\\.[a-z]+\\.).*"), said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "Type is not supported: ANY|A NULL of this statement has no type",
                "Sink 'env.cluster.totals' does not exists|'env.cluster.totals' is a view, which is only read",
                "Invalid pos:2 over projection:(expr#0..3=[{inputs}])|is not supported in a continuous query"
            })
    void whatThePlannerSaysInItsOwnTermsIsSaidInThoseOfSql(String message, String said) {
        String shown = described(new TableException("Planning failed.", new IllegalArgumentException(message)));
        assertTrue(shown.contains(said), shown);
        assertFalse(shown.contains("expr#"), shown);
    }

    @Test
    void noSentenceAdvisesASettingThatNobodyCanSet() {
        String written =
                "Column 'symbol' is NOT NULL, however, a null value is being written into it. You can set job configuration"
                        + " 'table.exec.sink.not-null-enforcer'='DROP' to suppress this exception and drop such records silently.";
        assertEquals(
                "Column 'symbol' is NOT NULL, and the statement writes a null into it: leave such rows out with WHERE, or"
                        + " write COALESCE(...).",
                described(new TableException("x", new RuntimeException(written))));
        assertEquals(
                "Rows are too late.",
                described(new TableException("Rows are too late. Set table.exec.source.idle-timeout to wait for them.")));
        assertEquals("See table.txt. Then go.", described(new TableException("See table.txt. Then go.")));
    }

    @Test
    void aStackOverflowIsAStatementWithoutBottom() {
        assertEquals(Failures.TOO_DEEP, described(new RuntimeException(new StackOverflowError())));
    }

    @Test
    void whatIsWrittenForAPersonIsShown() {
        String schema = "The name org.apache.flink.avro.generated.record.Pets_value is expected.";
        assertEquals(schema, described(new UserException(schema)));
        assertEquals("A sentence.", described(new RuntimeException("x", new UserException("A sentence."))));
        assertEquals("/ by zero", described(new RuntimeException(new ArithmeticException("/ by zero"))));
        assertEquals(
                "Column 'java.lang' not found", described(new ValidationException("Column 'java.lang' not found")));
        assertEquals(
                "Sink shop.Vectors takes no updates",
                described(new TableException("Sink shop.Vectors takes no updates")));
    }
}
