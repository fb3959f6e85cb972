package rag.flink.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DialectTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "SELECT t.$rowtime FROM t|SELECT t.`$rowtime` FROM t",
                "SELECT `a`.$rowtime, 'b.$rowtime' FROM a|SELECT `a`.`$rowtime`, 'b.$rowtime' FROM a",
                "SELECT '''', c.$rowtime -- c.$rowtime|SELECT '''', c.`$rowtime` -- c.$rowtime",
            })
    void theHiddenColumnBehindATablesNameIsQuoted(String sql, String parsed) {
        assertEquals(parsed, SqlText.withSystemColumns(sql));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT $rowtime FROM t", "SELECT t.`$rowtime` FROM t", "SELECT t.$rowtimes /* t.$rowtime */ FROM `t.$rowtime`"
            })
    void otherTextStaysAsItIs(String sql) {
        assertEquals(sql, SqlText.withSystemColumns(sql));
    }

    @Test
    void aLongTextOfQuotesIsReadOnce() {
        String sql = "SELECT " + "'it''s', ".repeat(10_000) + "t.$rowtime";
        assertEquals(sql.replace("$rowtime", "`$rowtime`"), SqlText.withSystemColumns(sql));
    }
}
