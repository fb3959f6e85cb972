package rag.flink.preprocessing;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.module.Module;

/** Confluent's functions of ML preprocessing. */
public final class PreprocessingModule implements Module {

    public static final String NAME = "confluent-preprocessing";

    @Override
    public Set<String> listFunctions() {
        return Definitions.names().stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    }

    @Override
    public Optional<FunctionDefinition> getFunctionDefinition(String name) {
        String function = name.toUpperCase(Locale.ROOT);
        return Definitions.names().contains(function) ? Optional.of(new PreprocessingFunction(function)) : Optional.empty();
    }
}
