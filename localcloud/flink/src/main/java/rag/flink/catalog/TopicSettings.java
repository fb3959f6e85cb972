package rag.flink.catalog;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;
import rag.flink.UserException;

/** Confluent's {@code kafka.*} table options as settings of a topic. */
final class TopicSettings {

    static final String ISOLATION_LEVEL = "kafka.consumer.isolation-level";
    static final String COMPRESSION_TYPE = "kafka.producer.compression.type";

    private static final long MILLIS_PER_DAY = Duration.ofDays(1).toMillis();

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

    /**
     * The options that describe a topic's settings, all of which SHOW CREATE TABLE shows.
     *
     * @param given options of the DDL; those that still say what the topic has keep their wording
     */
    static Map<String, String> toOptions(Map<String, String> configs, Map<String, String> given) {
        Map<String, String> options = new LinkedHashMap<>();
        put(options, "kafka.cleanup-policy", configs.get("cleanup.policy"), TopicSettings::policy);
        put(options, "kafka.retention.time", configs.get("retention.ms"), TopicSettings::duration);
        put(options, "kafka.retention.size", configs.get("retention.bytes"), TopicSettings::size);
        put(options, "kafka.max-message-size", configs.get("max.message.bytes"), TopicSettings::size);
        if ("LogAppendTime".equals(configs.get("message.timestamp.type"))) {
            options.put("kafka.message-timestamp-type", "LogAppendTime");
        }
        Map<String, String> asked = fromOptions(given, "append");
        Map<String, String> shown = fromOptions(options, "append");
        options.replaceAll(
                (key, value) ->
                        given.containsKey(key) && asked.get(config(key)).equals(shown.get(config(key)))
                                ? given.get(key)
                                : value);
        return options;
    }

    private static void put(Map<String, String> options, String key, String config, UnaryOperator<String> text) {
        if (config != null) {
            options.put(key, text.apply(config));
        }
    }

    private static String config(String option) {
        return switch (option) {
            case "kafka.cleanup-policy" -> "cleanup.policy";
            case "kafka.retention.time" -> "retention.ms";
            case "kafka.retention.size" -> "retention.bytes";
            case "kafka.max-message-size" -> "max.message.bytes";
            default -> "message.timestamp.type";
        };
    }

    /** Whether a topic keeps the last record of each key, alone or beside its retention. */
    static boolean isCompacted(Map<String, String> configs) {
        return configs.getOrDefault("cleanup.policy", "delete").contains("compact");
    }

    private static String policy(String config) {
        return config.contains("compact") && config.contains("delete") ? "delete-compact" : config;
    }

    private static String duration(String millis) {
        long time = Math.max(0, Long.parseLong(millis));
        return time > 0 && time % MILLIS_PER_DAY == 0 ? time / MILLIS_PER_DAY + " d" : time + " ms";
    }

    private static String size(String bytes) {
        return Math.max(0, Long.parseLong(bytes)) + " bytes";
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
