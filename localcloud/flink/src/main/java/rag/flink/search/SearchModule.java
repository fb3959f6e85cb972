package rag.flink.search;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.module.Module;
import rag.flink.catalog.ObjectNames;

/** Confluent's search functions; one per statement, since names are relative to it. */
public final class SearchModule implements Module {

    public static final String NAME = "confluent-search";

    private final ObjectNames names;

    public SearchModule(ObjectNames names) {
        this.names = names;
    }

    @Override
    public Set<String> listFunctions() {
        return Set.of(
                SearchCalls.VECTOR_SEARCH.toLowerCase(Locale.ROOT),
                SearchCalls.KEY_SEARCH.toLowerCase(Locale.ROOT),
                SearchCalls.TEXT_SEARCH.toLowerCase(Locale.ROOT));
    }

    @Override
    public Optional<FunctionDefinition> getFunctionDefinition(String name) {
        if (name.equalsIgnoreCase(SearchCalls.VECTOR_SEARCH)) {
            return Optional.of(new VectorSearchAgg(names));
        }
        if (name.equalsIgnoreCase(SearchCalls.TEXT_SEARCH)) {
            return Optional.of(new TextSearchAgg(names));
        }
        return name.equalsIgnoreCase(SearchCalls.KEY_SEARCH) ? Optional.of(new KeySearchAgg(names)) : Optional.empty();
    }
}
