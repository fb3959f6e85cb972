package rag.flink.preprocessing;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All functions by their names. */
final class Definitions {

    private static final Map<String, Definition> ALL =
            Stream.of(Scalers.ALL, Encoders.ALL, Splitters.ALL)
                    .flatMap(family -> family.stream())
                    .collect(Collectors.toUnmodifiableMap(Definition::name, Function.identity()));

    private Definitions() {}

    static Set<String> names() {
        return ALL.keySet();
    }

    static Definition get(String name) {
        return ALL.get(name);
    }
}
