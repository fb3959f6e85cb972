package rag.flink.catalog;

import java.util.Arrays;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import rag.flink.UserException;
import rag.flink.catalog.SchemaRegistry.Registered;
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
        DataType typeOf(String schema) {
            return AvroSchemas.typeOf(schema);
        }

        @Override
        SerializationSchema<RowData> serializer(RowType row, Registered schema) {
            return AvroSchemas.serializer(row, schema.schema(), schema.id());
        }
    },
    JSON_REGISTRY("json-registry", "JSON") {
        @Override
        String schemaOf(RowType row, String name) {
            return JsonSchemas.schemaOf(row, name);
        }

        @Override
        DataType typeOf(String schema) {
            return JsonSchemas.typeOf(schema);
        }

        @Override
        SerializationSchema<RowData> serializer(RowType row, Registered schema) {
            return JsonSchemas.serializer(row, schema.schema(), schema.id());
        }
    };

    final String option;
    final String schemaType;

    TableFormat(String option, String schemaType) {
        this.option = option;
        this.schemaType = schemaType;
    }

    /** The format of change events of Debezium with such schemas. */
    String debezium() {
        return option.replace("-registry", "-debezium-registry");
    }

    static boolean isDebezium(String option) {
        return option.endsWith("-debezium-registry");
    }

    abstract String schemaOf(RowType row, String name);

    abstract DataType typeOf(String schema);

    /** Writes rows with that schema. */
    abstract SerializationSchema<RowData> serializer(RowType row, Registered schema);

    /** The format of that name; the options have been validated before, so it exists. */
    static TableFormat ofOption(String value) {
        return Arrays.stream(values()).filter(format -> format.option.equals(value)).findFirst().orElseThrow();
    }

    /** @throws UserException if there is no such format here */
    static TableFormat ofSchemaType(String schemaType) {
        return Arrays.stream(values())
                .filter(format -> format.schemaType.equals(schemaType))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UserException(
                                        "The schema is of type " + schemaType
                                                + ", which the local cloud cannot read; use AVRO or JSON."));
    }
}
