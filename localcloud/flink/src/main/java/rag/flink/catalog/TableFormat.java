package rag.flink.catalog;

import java.util.Arrays;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.UserException;
import rag.flink.format.AvroSchemas;
import rag.flink.format.JsonSchemas;

/** Confluent's registered formats: the name in {@code WITH}, the registry's schema type, and the two conversions. */
enum TableFormat {
    AVRO_REGISTRY("avro-registry", "AVRO") {
        @Override
        String schemaOf(RowType row, String name) {
            return AvroSchemas.schemaOf(row, name);
        }

        @Override
        DataType rowOf(String schema) {
            return AvroSchemas.rowOf(schema);
        }
    },
    JSON_REGISTRY("json-registry", "JSON") {
        @Override
        String schemaOf(RowType row, String name) {
            return JsonSchemas.schemaOf(row, name);
        }

        @Override
        DataType rowOf(String schema) {
            return JsonSchemas.rowOf(schema);
        }
    };

    final String option;
    final String schemaType;

    TableFormat(String option, String schemaType) {
        this.option = option;
        this.schemaType = schemaType;
    }

    abstract String schemaOf(RowType row, String name);

    abstract DataType rowOf(String schema);

    /** The format of that name; the options have been validated before, so it exists. */
    static TableFormat ofOption(String value) {
        return Arrays.stream(values()).filter(format -> format.option.equals(value)).findFirst().orElseThrow();
    }

    static TableFormat ofSchemaType(String topic, String schemaType) {
        return Arrays.stream(values())
                .filter(format -> format.schemaType.equals(schemaType))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UserException(
                                        "The schema of topic '" + topic + "' is of type " + schemaType
                                                + ", which the local cloud cannot read; use AVRO or JSON."));
    }
}
