package rag.connect;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;

/**
 * Reads records in Confluent's wire format: a zero byte, the schema id as four bytes big-endian, the payload.
 *
 * <p>{@link DataException} for a record that cannot be read: it goes to the dead-letter topic.
 * {@link MissingRightError} ends the task: no other record could be read either.
 *
 * @param <S> a registered schema, ready to read with
 */
abstract class RegistryConverter<S> implements Converter {

    private static final int HEADER = 5;
    private static final byte MAGIC = 0;

    private final Map<Integer, S> schemas = new ConcurrentHashMap<>();
    private SchemaRegistry registry;

    /** Parses a schema; {@link DataException} if records of it cannot be read here. */
    abstract S parse(String schema);

    /** Reads a payload: all of {@code message} from {@code offset} on. */
    abstract SchemaAndValue read(S schema, byte[] message, int offset);

    /** The type that the registry gives such schemas. */
    abstract String schemaType();

    @Override
    public final void configure(Map<String, ?> settings, boolean isKey) {
        registry = new SchemaRegistry(
                text(settings, "schema.registry.url"), text(settings, "user"), text(settings, "password"));
    }

    @Override
    public final SchemaAndValue toConnectData(String topic, byte[] message) {
        if (message == null) {
            return SchemaAndValue.NULL;
        }
        if (message.length < HEADER || message[0] != MAGIC) {
            throw new DataException("The record of " + message.length
                    + " bytes does not begin with a schema id: it was not written with a registered schema.");
        }
        return read(schema(ByteBuffer.wrap(message, 1, Integer.BYTES).getInt()), message, HEADER);
    }

    @Override
    public final byte[] fromConnectData(String topic, Schema schema, Object value) {
        throw new DataException("This converter only reads records.");
    }

    /** Only what could be used is kept: a schema that was missing or forbidden is asked for again. */
    private S schema(int id) {
        S known = schemas.get(id);
        if (known == null) {
            SchemaRegistry.Registered found = registry.byId(id);
            if (!found.type().equals(schemaType())) {
                throw new DataException(
                        "The record's schema " + id + " is " + found.type() + ", but " + schemaType() + " is read here.");
            }
            known = parse(found.schema());
            schemas.put(id, known);
        }
        return known;
    }

    private static String text(Map<String, ?> settings, String key) {
        Object value = settings.get(key);
        return value == null ? "" : value.toString();
    }
}
