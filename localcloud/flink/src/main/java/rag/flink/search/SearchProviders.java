package rag.flink.search;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kinds of stores that can be searched. */
public final class SearchProviders {

    static final String CONNECTOR = "connector";

    private static final List<SearchProvider> ALL =
            List.of(new MongoDbProvider(), new ElasticProvider(), new PineconeProvider());

    private SearchProviders() {}

    /** Whether a table with these options is an external one. */
    public static boolean isExternal(Map<String, String> options) {
        return find(options.get(CONNECTOR)).isPresent();
    }

    /** The connector of the external tables that have such an option; empty if it is none of theirs. */
    public static Optional<String> connectorOf(String option) {
        return ALL.stream().filter(each -> options(each).anyMatch(option::equals)).map(SearchProvider::connector).findFirst();
    }

    /** The option's name as it is documented; some stacks write it in lower case. */
    public static String canonical(String option) {
        return ALL.stream().flatMap(SearchProviders::options).filter(option::equalsIgnoreCase).findFirst().orElse(option);
    }

    /** What {@code 'connector'} of an external table may be, for a sentence. */
    static String connectors() {
        return ALL.stream().map(each -> "'" + each.connector() + "'").collect(Collectors.joining(", "));
    }

    static Optional<SearchProvider> find(String connector) {
        return connector == null
                ? Optional.empty()
                : ALL.stream().filter(each -> each.connector().equals(connector.toLowerCase(Locale.ROOT))).findFirst();
    }

    private static Stream<String> options(SearchProvider provider) {
        return Stream.concat(provider.required().stream(), provider.optional().stream());
    }
}
