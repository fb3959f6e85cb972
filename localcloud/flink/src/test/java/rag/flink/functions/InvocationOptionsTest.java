package rag.flink.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rag.flink.UserException;

class InvocationOptionsTest {

    private static InvocationOptions of(String text) {
        return InvocationOptions.of("AI_EMBEDDING", text, 10);
    }

    @Test
    void defaultsAreConfluents() {
        assertEquals(new InvocationOptions(10, Duration.ofSeconds(30), 3), of(null));
    }

    @Test
    void givenOnesCount() {
        assertEquals(
                new InvocationOptions(4, Duration.ofSeconds(5), 0),
                of("MAX_PARALLELISM=4\nclient_timeout=5\nretry_count=0\ndebug=true"));
        assertEquals(1, of("async_enabled=FALSE\nmax_parallelism=4").parallelism());
    }

    @ParameterizedTest
    @CsvSource({
        "retry_cuont=3, The option 'retry_cuont' of AI_EMBEDDING is not supported by the local cloud. Did you mean 'retry_count'?",
        "client_timeout=61, 'client_timeout' = '61' of AI_EMBEDDING must be a number from 1 to 60",
        "max_parallelism=0, must be a number from 1 to 100",
        "retry_count=many, must be a number from 0 to 10",
        "async_enabled=perhaps, use one of 'true'",
        "debug=perhaps, use one of 'true'",
        "retry_error_list=1, 'retry_error_list' of AI_EMBEDDING is not supported",
    })
    void othersAreRefused(String text, String sentence) {
        String message = assertThrows(UserException.class, () -> of(text)).getMessage();
        assertTrue(message.contains(sentence), message);
    }
}
