package rag.flink.format;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/**
 * What an Avro schema says beside Avro's own types: the properties of Confluent's "Data Type Mappings" and Kafka Connect.
 */
final class AvroAnnotations {

    static final String CONNECT_TYPE = "connect.type";
    static final String CONNECT_INTERNAL_TYPE = "connect.internal.type";
    static final String MAP_ENTRY = "MapEntry";
    static final String MAP_ENTRY_NAMESPACE = "io.confluent.connect.avro";
    static final String KEY = "key";
    static final String VALUE = "value";
    static final String FLINK_TYPE = "flink.type";
    static final String MULTISET = "multiset";
    static final String PRECISION = "flink.precision";
    static final String MIN_LENGTH = "flink.minLength";
    static final String MAX_LENGTH = "flink.maxLength";
    static final String VERSION = "flink.version";

    private AvroAnnotations() {}

    /** Whether an array of these is a map whose keys are no text. */
    static boolean isMapEntry(Schema element) {
        if (element.getType() != Schema.Type.RECORD) {
            return false;
        }
        boolean named =
                (MAP_ENTRY.equals(element.getName()) && MAP_ENTRY_NAMESPACE.equals(element.getNamespace()))
                        || MAP_ENTRY.equals(element.getProp(CONNECT_INTERNAL_TYPE));
        return named
                && element.getFields().size() == 2
                && element.getField(KEY) != null
                && element.getField(VALUE) != null;
    }

    static boolean isMultiset(Schema schema) {
        return MULTISET.equals(schema.getProp(FLINK_TYPE));
    }

    /** A whole number among the properties. */
    static int number(Schema schema, String property, int otherwise) {
        return schema.getObjectProp(property) instanceof Number number ? number.intValue() : otherwise;
    }

    static boolean isNullable(Schema schema) {
        return schema.getType() == Schema.Type.NULL
                || (schema.getType() == Schema.Type.UNION
                        && schema.getTypes().stream().anyMatch(branch -> branch.getType() == Schema.Type.NULL));
    }

    /** The branches of a union that are not null; of another schema, it alone. */
    static List<Schema> members(Schema schema) {
        if (schema.getType() != Schema.Type.UNION) {
            return List.of(schema);
        }
        return schema.getTypes().stream()
                .filter(branch -> branch.getType() != Schema.Type.NULL)
                .collect(Collectors.toList());
    }

    /** Whether a value may have one of several types, so that its column is a row with a field for each of them. */
    static boolean isUnion(Schema schema) {
        return members(schema).size() > 1;
    }

    /** The name of the field that holds a member's values: the short name of its type, unless two have the same one. */
    static String fieldName(Schema member, List<Schema> members) {
        long namesakes = members.stream().filter(other -> other.getName().equals(member.getName())).count();
        return namesakes == 1 ? member.getName() : member.getFullName().replace('.', '_');
    }
}
