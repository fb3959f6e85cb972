package rag.flink.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rag.flink.UserException;

class SearchOptionsTest {

    @Test
    void defaultsAreConfluents() {
        assertEquals(new SearchOptions(10, Duration.ofSeconds(30), 3), SearchOptions.of(null));
    }

    @Test
    void givenOnesCount() {
        assertEquals(
                new SearchOptions(4, Duration.ofSeconds(5), 0),
                SearchOptions.of("MAX_PARALLELISM=4\nclient_timeout=5\nretry_count=0\ndebug=false"));
        assertEquals(1, SearchOptions.of("async_enabled=FALSE\nmax_parallelism=4").parallelism());
    }

    @ParameterizedTest
    @CsvSource({
        "retries=3, Unknown search option 'retries'",
        "client_timeout=61, must be a number from 1 to 60",
        "max_parallelism=0, must be a number from 1 to 100",
        "retry_count=many, must be a number from 0 to 8",
        "async_enabled=perhaps, must be 'true' or 'false'",
        "debug=true, 'debug' = 'true' is not supported",
        "retry_error_list=1, 'retry_error_list' is not supported",
    })
    void othersAreRefused(String text, String sentence) {
        String message = assertThrows(UserException.class, () -> SearchOptions.of(text)).getMessage();
        assertTrue(message.contains(sentence), message);
    }
}
