package rag.flink.preprocessing;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.types.inference.TypeInference;

/** One of the functions, by its name. What its settings make is kept until a row has other ones. */
public final class PreprocessingFunction extends ScalarFunction {

    private static final long serialVersionUID = 1L;

    private final String name;
    private transient Object[] settings;
    private transient Function<Object, Object> operation;

    PreprocessingFunction(String name) {
        this.name = name;
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory typeFactory) {
        Definition definition = Definitions.get(name);
        return TypeInference.newBuilder()
                .inputTypeStrategy(new ArgumentTypes(definition))
                .outputTypeStrategy(call -> Optional.of(definition.output()))
                .build();
    }

    /** Called by the generated code. */
    public Object eval(Object... arguments) {
        Object[] given = Arrays.copyOfRange(arguments, 1, arguments.length);
        if (operation == null || !Arrays.deepEquals(given, settings)) {
            Definition definition = Definitions.get(name);
            operation = definition.operation().apply(Arguments.of(definition, arguments));
            settings = given;
        }
        return operation.apply(arguments[0]);
    }

    /** The same of an array alone, which would be taken for all the arguments. */
    public Object eval(String[] value) {
        return eval(new Object[] {value});
    }
}
