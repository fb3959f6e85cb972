package rag.flink.model;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.module.Module;

/** Confluent's model functions, ahead of Flink's own of the same name. One per statement: names are relative to it. */
public final class ModelModule implements Module {

    public static final String NAME = "confluent";

    /** {@code AI_EMBEDDING} is the name of today for what {@code ML_PREDICT} does with a model that embeds. */
    static final Set<String> FUNCTIONS = Set.of("AI_EMBEDDING", "ML_PREDICT");

    private final ModelResolver resolver;

    public ModelModule(ModelResolver resolver) {
        this.resolver = resolver;
    }

    @Override
    public Set<String> listFunctions() {
        return FUNCTIONS.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    }

    @Override
    public Optional<FunctionDefinition> getFunctionDefinition(String name) {
        String function = name.toUpperCase(Locale.ROOT);
        return FUNCTIONS.contains(function) ? Optional.of(new MlPredict(resolver, function)) : Optional.empty();
    }
}
