package rag.flink.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.ArgumentCount;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.ConstantArgumentCount;
import org.apache.flink.table.types.inference.InputTypeStrategy;
import org.apache.flink.table.types.inference.Signature;

/**
 * The arguments of a search: table, column, what is searched for and more, and perhaps the options. All but the third are
 * written out.
 *
 * @param names as a user knows them, without the options
 * @param own types from the third argument on, by the type that it has; what is wrong with that is told in a sentence
 */
record SearchArguments(List<String> names, Function<DataType, List<DataType>> own) implements InputTypeStrategy {

    @Override
    public ArgumentCount getArgumentCount() {
        return ConstantArgumentCount.between(names.size(), names.size() + 1);
    }

    @Override
    public Optional<List<DataType>> inferInputTypes(CallContext call, boolean throwOnFailure) {
        DataType text = DataTypes.STRING().notNull();
        List<DataType> types = new ArrayList<>(List.of(text, text));
        types.addAll(own.apply(call.getArgumentDataTypes().get(2)));
        if (call.getArgumentDataTypes().size() > names.size()) {
            types.add(text);
        }
        return Optional.of(types);
    }

    @Override
    public List<Signature> getExpectedSignatures(FunctionDefinition definition) {
        return List.of(Signature.of(names.stream().map(Signature.Argument::of).toArray(Signature.Argument[]::new)));
    }
}
