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
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.InputTypeStrategies;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.utils.DataTypeUtils;
import rag.flink.UserException;
import rag.flink.workspace.Connection;
import rag.flink.workspace.Workspace;

/**
 * {@code ML_PREDICT('model', column)}: one row with the model's output column for each input.
 *
 * <p>The planner asks the module's instance for types, then specializes it into the instance that is serialized into the
 * job. That one holds names only, never an endpoint's key.
 */
public final class MlPredict extends AsyncTableFunction<RowData> implements SpecializedFunction {

    private static final long serialVersionUID = 1L;

    private final transient ModelResolver resolver;
    private final String modelName;
    private final String environmentId;
    private final String connectionName;
    private final String modelVersion;
    private transient Batcher batcher;

    MlPredict(ModelResolver resolver) {
        this(resolver, null, null, null, null);
    }

    private MlPredict(
            ModelResolver resolver,
            String modelName,
            String environmentId,
            String connectionName,
            String modelVersion) {
        this.resolver = resolver;
        this.modelName = modelName;
        this.environmentId = environmentId;
        this.connectionName = connectionName;
        this.modelVersion = modelVersion;
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory typeFactory) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(
                        InputTypeStrategies.sequence(
                                InputTypeStrategies.and(
                                        InputTypeStrategies.explicit(DataTypes.STRING().notNull()),
                                        InputTypeStrategies.LITERAL),
                                InputTypeStrategies.explicit(internal(DataTypes.STRING()))))
                .outputTypeStrategy(call -> Optional.of(outputOf(resolve(call), call.getDataTypeFactory())))
                .build();
    }

    private ModelResolver.Found resolve(CallContext call) {
        String name =
                call.getArgumentValue(0, String.class)
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                "The first argument of ML_PREDICT must be the name of a model."));
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
        ModelOptions options = ModelOptions.of(found.name(), found.model().getOptions());
        return new MlPredict(
                resolver, found.name(), found.environmentId(), options.connection(), options.modelVersion());
    }

    /** Not deterministic, as a provider's model may change: the planner must not fold or repeat calls. */
    @Override
    public boolean isDeterministic() {
        return false;
    }

    @Override
    public void open(FunctionContext context) {
        batcher = new Batcher(modelName, modelVersion, this::connection);
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

    private static Collection<RowData> rowOf(ArrayData vector) {
        Collection<RowData> rows = new ArrayList<>(1);
        rows.add(GenericRowData.of(vector));
        return rows;
    }
}
