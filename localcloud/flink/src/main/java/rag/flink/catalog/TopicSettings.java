package rag.flink.catalog;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;
import rag.flink.UserException;

/** Confluent's {@code kafka.*} table options as settings of a topic. */
final class TopicSettings {

    static final String ISOLATION_LEVEL = "kafka.consumer.isolation-level";
    static final String COMPRESSION_TYPE = "kafka.producer.compression.type";

    private static final long MILLIS_PER_DAY = Duration.ofDays(1).toMillis();

    /**
     * An option, and the topic's setting that it is.
     *
     * @param toConfig of the option's name, for a refusal, and its value
     * @param toOption {@code null} for a setting that is not shown
     */
    private record Setting(
            String option, String config, BinaryOperator<String> toConfig, UnaryOperator<String> toOption) {

        String configOf(String value) {
            return toConfig.apply(option, value);
        }
    }

    private static final List<Setting> SETTINGS =
            List.of(
                    new Setting(
                            "kafka.cleanup-policy",
                            "cleanup.policy",
                            (option, value) -> value.replace('-', ','),
                            TopicSettings::policy),
                    new Setting(
                            "kafka.retention.time", "retention.ms", TopicSettings::millis, TopicSettings::duration),
                    new Setting("kafka.retention.size", "retention.bytes", TopicSettings::bytes, TopicSettings::size),
                    new Setting(
                            "kafka.max-message-size", "max.message.bytes", TopicSettings::bytes, TopicSettings::size),
                    new Setting(
                            "kafka.message-timestamp-type",
                            "message.timestamp.type",
                            (option, value) -> value,
                            type -> type.equals("LogAppendTime") ? type : null));

    private TopicSettings() {}

    static Map<String, String> fromOptions(Map<String, String> options, String changelogMode) {
        Map<String, String> configs = new LinkedHashMap<>();
        // A compacted topic keeps the last record of each key for ever, as in the cloud.
        configs.put("cleanup.policy", changelogMode.equals("upsert") ? "compact" : "delete");
        for (Setting setting : SETTINGS) {
            if (options.containsKey(setting.option)) {
                configs.put(setting.config, setting.configOf(options.get(setting.option)));
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
        for (Setting setting : SETTINGS) {
            String config = configs.get(setting.config);
            String shown = config == null ? null : setting.toOption.apply(config);
            if (shown != null) {
                String asked = given.get(setting.option);
                boolean isAsked = asked != null && setting.configOf(asked).equals(setting.configOf(shown));
                options.put(setting.option, isAsked ? asked : shown);
            }
        }
        return options;
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
