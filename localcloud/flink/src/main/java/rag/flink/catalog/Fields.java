package rag.flink.catalog;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.apache.flink.table.types.utils.TypeConversions;

/** Columns as stored in a file: a name and a type in SQL's notation. */
record Fields(List<Field> columns) {

    record Field(String name, String type) {}

    static Fields of(ResolvedSchema schema) {
        List<LogicalType> types = schema.toPhysicalRowDataType().getLogicalType().getChildren();
        List<String> names = schema.getColumnNames();
        return new Fields(
                IntStream.range(0, names.size())
                        .mapToObj(i -> new Field(names.get(i), types.get(i).asSerializableString()))
                        .collect(Collectors.toList()));
    }

    Schema toSchema() {
        Schema.Builder builder = Schema.newBuilder();
        ClassLoader loader = Fields.class.getClassLoader();
        columns.forEach(
                field ->
                        builder.column(
                                field.name(),
                                TypeConversions.fromLogicalToDataType(LogicalTypeParser.parse(field.type(), loader))));
        return builder.build();
    }
}
