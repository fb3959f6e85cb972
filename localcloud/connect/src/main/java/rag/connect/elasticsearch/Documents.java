package rag.connect.elasticsearch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;

/** What a record is as lines of a bulk request. {@link DataException} for one that cannot be a document. */
final class Documents {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern VERSION = Pattern.compile("\\d{1,18}");

    private final SinkSettings settings;
    private final JsonConverter converter = new JsonConverter();

    Documents(SinkSettings settings) {
        this.settings = settings;
        converter.configure(Map.of("schemas.enable", "false", "decimal.format", "NUMERIC"), false);
    }

    /** The lines for the record, each with its line break; {@code null} for one that is left out. */
    String lines(SinkRecord record) {
        String index = settings.index(record.topic());
        if (record.value() == null) {
            return withoutValue(record, index);
        }
        if (!(record.value() instanceof Struct) && !(record.value() instanceof Map)) {
            throw new DataException("The record's value is no object, so it cannot be a document of Elasticsearch.");
        }
        byte[] value = converter.fromConnectData(record.topic(), record.valueSchema(), record.value());
        String document = new String(value, StandardCharsets.UTF_8);
        String id = id(record);
        if (settings.updates() && id != null) {
            Map<String, Object> which = new LinkedHashMap<>();
            which.put("_index", index);
            which.put("_id", id);
            which.put("retry_on_conflict", 5); // another task may write the same document
            return line("update", which) + "{\"doc\":" + document + ",\"doc_as_upsert\":true}\n";
        }
        return line("index", place(record, index, id)) + document + "\n";
    }

    private String withoutValue(SinkRecord record, String index) {
        switch (settings.onNull()) {
            case "delete":
                if (settings.ignoresKey(record.topic())) {
                    throw new DataException("A record without a value deletes the document of its key, and keys are ignored.");
                }
                return line("delete", place(record, index, id(record)));
            case "fail":
                throw new DataException("The record has no value, and behavior.on.null.values is fail.");
            default:
                return null;
        }
    }

    /** The offset is the version: a record that comes again changes nothing, and no older one replaces a newer. */
    private Map<String, Object> place(SinkRecord record, String index, String id) {
        Map<String, Object> place = new LinkedHashMap<>();
        place.put("_index", index);
        if (id == null) {
            return place;
        }
        place.put("_id", id);
        if (!settings.ignoresKey(record.topic()) && !settings.updates()) {
            place.put("version", version(record));
            place.put("version_type", "external");
        }
        return place;
    }

    private long version(SinkRecord record) {
        String name = settings.versionHeader();
        if (name.isEmpty()) {
            return record.kafkaOffset();
        }
        Header header = record.headers().lastWithName(name);
        if (header == null || !VERSION.matcher(String.valueOf(header.value())).matches()) {
            throw new DataException("The record has no whole number in its header " + name + ", which is to be the version.");
        }
        return Long.parseLong(header.value().toString());
    }

    /** {@code null}: the store makes one. */
    private String id(SinkRecord record) {
        if (settings.ignoresKey(record.topic())) {
            return settings.leavesIdsToTheStore()
                    ? null
                    : record.topic() + "+" + record.kafkaPartition() + "+" + record.kafkaOffset();
        }
        Object key = record.key();
        boolean isId = key instanceof String || key instanceof Long || key instanceof Integer || key instanceof Short
                || key instanceof Byte;
        if (!isId || key.toString().isEmpty()) {
            Schema schema = record.keySchema();
            throw new DataException("The record's key is to be the document's id, and "
                    + (key == null ? "it has none." : "it is " + (schema == null ? "no text or whole number" : schema.type())
                            + ": it must be a text or a whole number, not an empty one."));
        }
        return key.toString();
    }

    private static String line(String action, Map<String, Object> which) {
        try {
            return JSON.writeValueAsString(Map.of(action, which)) + "\n";
        } catch (JsonProcessingException e) {
            throw new DataException("The record's key cannot be written as JSON.");
        }
    }
}
