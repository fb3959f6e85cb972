package rag.flink.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema.UnresolvedColumn;
import org.apache.flink.table.api.Schema.UnresolvedPhysicalColumn;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.AsyncTableFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.ArgumentTypeStrategy;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.InputTypeStrategies;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.utils.DataTypeUtils;
import rag.flink.UserException;
import rag.flink.functions.InvocationOptions;
import rag.flink.workspace.Connection;
import rag.flink.workspace.Workspace;

/**
 * {@code ML_PREDICT('model', column)} and {@code AI_EMBEDDING('model', text)}, each perhaps with options: one row with the
 * model's output column for each input.
 *
 * <p>The planner asks the module's instance for types, then specializes it into the instance that is serialized into the
 * job. That one holds names only, never an endpoint's key.
 */
public final class MlPredict extends AsyncTableFunction<RowData> implements SpecializedFunction {

    private static final long serialVersionUID = 1L;

    /** Of requests, each of which has many inputs. */
    private static final int DEFAULT_PARALLELISM = 2;

    private final transient ModelResolver resolver;
    private final String function;
    private final InvocationOptions options;
    private final String modelName;
    private final String environmentId;
    private final String connectionName;
    private final String modelVersion;
    private transient Batcher batcher;

    MlPredict(ModelResolver resolver, String function) {
        this(resolver, function, null, null, null, null, null);
    }

    private MlPredict(
            ModelResolver resolver,
            String function,
            InvocationOptions options,
            String modelName,
            String environmentId,
            String connectionName,
            String modelVersion) {
        this.resolver = resolver;
        this.function = function;
        this.options = options;
        this.modelName = modelName;
        this.environmentId = environmentId;
        this.connectionName = connectionName;
        this.modelVersion = modelVersion;
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory typeFactory) {
        ArgumentTypeStrategy literal =
                InputTypeStrategies.and(
                        InputTypeStrategies.explicit(DataTypes.STRING().notNull()), InputTypeStrategies.LITERAL);
        ArgumentTypeStrategy input = InputTypeStrategies.explicit(internal(DataTypes.STRING()));
        return TypeInference.newBuilder()
                .inputTypeStrategy(
                        InputTypeStrategies.or(
                                InputTypeStrategies.sequence(literal, input),
                                InputTypeStrategies.sequence(literal, input, literal)))
                .outputTypeStrategy(
                        call -> {
                            options(call); // a wrong one is told when the statement is planned
                            return Optional.of(outputOf(resolve(call), call.getDataTypeFactory()));
                        })
                .build();
    }

    private ModelResolver.Found resolve(CallContext call) {
        String name =
                call.getArgumentValue(0, String.class)
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                "The first argument of " + function + " must be the name of a model."));
        return resolver.resolve(name);
    }

    private static DataType outputOf(ModelResolver.Found found, DataTypeFactory types) {
        List<UnresolvedColumn> columns = found.model().getOutputSchema().getColumns();
        if (columns.size() == 1 && columns.get(0) instanceof UnresolvedPhysicalColumn column) {
            DataType type = types.createDataType(column.getDataType());
            if (type.getLogicalType() instanceof ArrayType array
                    && array.getElementType().getTypeRoot() == LogicalTypeRoot.FLOAT) {
                return internal(DataTypes.ROW(DataTypes.FIELD(column.getName(), type)));
            }
        }
        throw new UserException(
                "Model '" + found.name() + "' must have one output column of type ARRAY<FLOAT>, as embeddings do.");
    }

    private static DataType internal(DataType type) {
        return DataTypeUtils.toInternalDataType(type);
    }

    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        ModelResolver.Found found = resolve(context.getCallContext());
        ModelOptions model = ModelOptions.of(found.name(), found.model().getOptions());
        return new MlPredict(
                resolver,
                function,
                options(context.getCallContext()),
                found.name(),
                found.environmentId(),
                model.connection(),
                model.modelVersion());
    }

    private InvocationOptions options(CallContext call) {
        String given = call.getArgumentDataTypes().size() < 3 ? null : call.getArgumentValue(2, String.class).orElse(null);
        return InvocationOptions.of(function, given, DEFAULT_PARALLELISM);
    }

    /** Not deterministic, as a provider's model may change: the planner must not fold or repeat calls. */
    @Override
    public boolean isDeterministic() {
        return false;
    }

    @Override
    public void open(FunctionContext context) {
        batcher = new Batcher(modelName, modelVersion, options, this::connection);
    }

    private Connection connection() {
        return Workspace.current()
                .environment(environmentId)
                .flatMap(environment -> environment.connection(connectionName))
                .orElseThrow(
                        () ->
                                new ModelException(
                                        "Model '" + modelName + "': the connection '" + connectionName
                                                + "' does not exist any more."));
    }

    @Override
    public void close() {
        if (batcher != null) {
            batcher.close();
        }
    }

    /** Called by the generated code. The vector of a null input is null; the provider is not called. */
    public void eval(CompletableFuture<Collection<RowData>> result, String model, StringData input) {
        if (input == null) {
            result.complete(rowOf(null));
            return;
        }
        batcher.embed(input.toString())
                .whenComplete(
                        (vector, error) -> {
                            if (error == null) {
                                result.complete(rowOf(new GenericArrayData(vector)));
                            } else {
                                result.completeExceptionally(error);
                            }
                        });
    }

    public void eval(CompletableFuture<Collection<RowData>> result, String model, StringData input, String given) {
        eval(result, model, input);
    }

    private static Collection<RowData> rowOf(ArrayData vector) {
        Collection<RowData> rows = new ArrayList<>(1);
        rows.add(GenericRowData.of(vector));
        return rows;
    }
}
