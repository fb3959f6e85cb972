package rag.flink.preprocessing;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import rag.flink.preprocessing.splitting.Whitespace;

/** Runs of neighbouring texts. */
final class NGrams {

    private NGrams() {}

    /** @param input may be {@code null}, and have {@code null}s, which are passed over */
    static String[] of(Object[] input, int n, String separator) {
        List<String> texts =
                input == null
                        ? List.of()
                        : Stream.of(input).filter(Objects::nonNull).map(text -> withoutBlank((String) text)).toList();
        return IntStream.rangeClosed(0, texts.size() - n)
                .mapToObj(at -> String.join(separator, texts.subList(at, at + n)))
                .toArray(String[]::new);
    }

    private static String withoutBlank(String text) {
        return Whitespace.strip(text).isEmpty() ? "" : text;
    }
}
