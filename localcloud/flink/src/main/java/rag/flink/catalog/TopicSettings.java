package rag.flink.catalog;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;
import rag.flink.UserException;

/** Confluent's {@code kafka.*} table options as settings of a topic. */
final class TopicSettings {

    static final String ISOLATION_LEVEL = "kafka.consumer.isolation-level";
    static final String COMPRESSION_TYPE = "kafka.producer.compression.type";

    private TopicSettings() {}

    static Map<String, String> fromOptions(Map<String, String> options, String changelogMode) {
        Map<String, String> configs = new LinkedHashMap<>();
        // A compacted topic keeps the last record of each key for ever, as in the cloud.
        configs.put("cleanup.policy", changelogMode.equals("upsert") ? "compact" : "delete");
        for (Map.Entry<String, String> option : options.entrySet()) {
            String value = option.getValue();
            switch (option.getKey()) {
                case "kafka.cleanup-policy" -> configs.put("cleanup.policy", value.replace('-', ','));
                case "kafka.retention.time" -> configs.put("retention.ms", millis(option.getKey(), value));
                case "kafka.retention.size" -> configs.put("retention.bytes", bytes(option.getKey(), value));
                case "kafka.max-message-size" -> configs.put("max.message.bytes", bytes(option.getKey(), value));
                case "kafka.message-timestamp-type" -> configs.put("message.timestamp.type", value);
                default -> {} // an option of the table alone, not of its topic
            }
        }
        return configs;
    }

    private static String millis(String key, String value) {
        try {
            Duration duration = TimeUtils.parseDuration(value);
            return duration.isZero() ? "-1" : Long.toString(duration.toMillis());
        } catch (IllegalArgumentException e) {
            throw new UserException("'" + key + "' = '" + value + "' is not a duration; write one like '7 d'.", e);
        }
    }

    private static String bytes(String key, String value) {
        try {
            long size = MemorySize.parseBytes(value);
            return size == 0 ? "-1" : Long.toString(size);
        } catch (IllegalArgumentException e) {
            throw new UserException("'" + key + "' = '" + value + "' is not a size; write one like '8 mb'.", e);
        }
    }
}
