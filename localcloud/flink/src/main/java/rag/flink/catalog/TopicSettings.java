package rag.flink.catalog;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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
        // A log of updates keeps the last one of each key for ever, as the cloud's do.
        configs.put("cleanup.policy", changelogMode.equals("upsert") ? "compact" : "delete");
        for (Map.Entry<String, String> option : options.entrySet()) {
            String value = option.getValue();
            switch (option.getKey()) {
                case "kafka.cleanup-policy" -> configs.put("cleanup.policy", value.replace('-', ','));
                case "kafka.retention.time" -> configs.put("retention.ms", millis(option.getKey(), value));
                case "kafka.retention.size" -> configs.put("retention.bytes", bytes(option.getKey(), value));
                case "kafka.max-message-size" -> configs.put("max.message.bytes", bytes(option.getKey(), value));
                case ISOLATION_LEVEL -> oneOf(option, Set.of("read-committed", "read-uncommitted"));
                case COMPRESSION_TYPE -> oneOf(option, Set.of("none", "gzip", "snappy", "lz4", "zstd"));
                default -> {
                    if (option.getKey().startsWith("kafka.") && !option.getKey().equals("kafka.partitions")) {
                        throw new UserException(
                                "The table option '" + option.getKey() + "' is not known; use kafka.cleanup-policy, "
                                        + "kafka.retention.time, kafka.retention.size, kafka.max-message-size, "
                                        + ISOLATION_LEVEL + " or " + COMPRESSION_TYPE + ".");
                    }
                }
            }
        }
        return configs;
    }

    private static void oneOf(Map.Entry<String, String> option, Set<String> known) {
        if (!known.contains(option.getValue())) {
            throw new UserException(
                    "'" + option.getKey() + "' = '" + option.getValue() + "' is not known; use one of "
                            + known.stream().sorted().collect(Collectors.joining(", ")) + ".");
        }
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
