package rag.flink.model;

import java.util.Optional;
import java.util.Set;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.module.Module;

/** Confluent's model functions, ahead of Flink's own of the same name. One per statement: names are relative to it. */
public final class ModelModule implements Module {

    public static final String NAME = "confluent";
    private static final String ML_PREDICT = "ml_predict";

    private final ModelResolver resolver;

    public ModelModule(ModelResolver resolver) {
        this.resolver = resolver;
    }

    @Override
    public Set<String> listFunctions() {
        return Set.of(ML_PREDICT);
    }

    @Override
    public Optional<FunctionDefinition> getFunctionDefinition(String name) {
        return name.equalsIgnoreCase(ML_PREDICT) ? Optional.of(new MlPredict(resolver)) : Optional.empty();
    }
}
