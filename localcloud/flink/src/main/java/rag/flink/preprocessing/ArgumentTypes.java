package rag.flink.preprocessing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.ArgumentCount;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.ConstantArgumentCount;
import org.apache.flink.table.types.inference.InputTypeStrategy;
import org.apache.flink.table.types.inference.Signature;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.utils.LogicalTypeMerging;
import org.apache.flink.table.types.utils.TypeConversions;
import rag.flink.UserException;

/** The types that a function's arguments are cast to; what is wrong with one is told in a sentence. */
record ArgumentTypes(Definition definition) implements InputTypeStrategy {

    @Override
    public ArgumentCount getArgumentCount() {
        return ConstantArgumentCount.between(definition.required(), definition.parameters().size());
    }

    @Override
    public Optional<List<DataType>> inferInputTypes(CallContext call, boolean throwOnFailure) {
        List<LogicalType> given = call.getArgumentDataTypes().stream().map(DataType::getLogicalType).toList();
        List<DataType> types = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            Kind kind = definition.parameters().get(i).kind();
            if (!kind.takes(given.get(i))) {
                String type = given.get(i).copy(true).asSummaryString();
                throw Arguments.fault(definition, i, "is of type " + type + ": it must be " + kind.words());
            }
            types.add(kind.type());
        }
        if (definition.parameters().get(0).kind() == Kind.CATEGORY) {
            DataType common = TypeConversions.fromLogicalToDataType(common(given.get(0), given.get(1)).copy(true));
            types.set(0, common);
            types.set(1, DataTypes.ARRAY(common));
        }
        return Optional.of(types);
    }

    /** The type of both a value and the categories, in which they are compared. */
    private LogicalType common(LogicalType value, LogicalType categories) {
        LogicalType category = categories instanceof ArrayType array ? array.getElementType() : categories;
        if (isText(value) && isText(category)) {
            return DataTypes.STRING().getLogicalType();
        }
        return LogicalTypeMerging.findCommonType(List.of(value, category))
                .filter(type -> !type.is(LogicalTypeRoot.NULL))
                .orElseThrow(
                        () ->
                                new UserException(
                                        "The input of " + definition.name() + " is of type "
                                                + value.copy(true).asSummaryString() + " and its categories are of type "
                                                + categories.copy(true).asSummaryString()
                                                + ": write categories of the input's type, or CAST one of them."));
    }

    private static boolean isText(LogicalType type) {
        return type.isAnyOf(LogicalTypeFamily.CHARACTER_STRING) || type.is(LogicalTypeRoot.NULL);
    }

    @Override
    public List<Signature> getExpectedSignatures(FunctionDefinition function) {
        return List.of(
                Signature.of(
                        definition.parameters().stream()
                                .map(each -> Signature.Argument.of(each.name()))
                                .toArray(Signature.Argument[]::new)));
    }
}
