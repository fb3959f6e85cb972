package rag.connect;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;

/** {@code JSON_SR}: JSON records with a registered JSON schema. */
public final class JsonSchemaConverter extends RegistryConverter<Schema> {

    static final ObjectMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    @Override
    String schemaType() {
        return "JSON";
    }

    @Override
    Schema parse(String schema) {
        try {
            return JsonSchemas.connectSchema(JSON.readTree(schema));
        } catch (IOException e) {
            throw new DataException("The record's schema is not JSON.", e);
        }
    }

    @Override
    SchemaAndValue read(Schema schema, byte[] message, int offset) {
        JsonNode value;
        try {
            value = JSON.readTree(message, offset, message.length - offset);
        } catch (IOException e) {
            throw new DataException("The record's value is not JSON.", e);
        }
        return new SchemaAndValue(schema, JsonValues.read(schema, value, "the record"));
    }
}
