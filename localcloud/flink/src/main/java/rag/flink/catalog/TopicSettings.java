package rag.flink.catalog;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;

/** Confluent's {@code kafka.*} table options as settings of a topic. */
final class TopicSettings {

    static final String ISOLATION_LEVEL = "kafka.consumer.isolation-level";
    static final String COMPRESSION_TYPE = "kafka.producer.compression.type";

    private static final long MILLIS_PER_DAY = Duration.ofDays(1).toMillis();
    private static final String CLEANUP_POLICY = "cleanup.policy";
    private static final String COMPACTION_LAG = "max.compaction.lag.ms";
    private static final String NO_COMPACTION_LAG = Long.toString(Long.MAX_VALUE);
    private static final String LOG_APPEND_TIME = "LogAppendTime";

    /**
     * An option, and the topic's setting that it is.
     *
     * @param toOption gives {@code null} for a setting that is not shown
     */
    private record Setting(
            String option, String config, UnaryOperator<String> toConfig, UnaryOperator<String> toOption) {}

    private static final List<Setting> SETTINGS =
            List.of(
                    new Setting(
                            "kafka.cleanup-policy",
                            CLEANUP_POLICY,
                            value -> value.replace('-', ','),
                            TopicSettings::policy),
                    new Setting(
                            "kafka.compaction.time",
                            COMPACTION_LAG,
                            value -> millis(value, NO_COMPACTION_LAG),
                            TopicSettings::compactionTime),
                    new Setting(
                            "kafka.retention.time",
                            "retention.ms",
                            value -> millis(value, "-1"),
                            TopicSettings::duration),
                    new Setting("kafka.retention.size", "retention.bytes", TopicSettings::bytes, TopicSettings::size),
                    new Setting(
                            "kafka.max-message-size", "max.message.bytes", TopicSettings::bytes, TopicSettings::size),
                    new Setting(
                            "kafka.message-timestamp-type",
                            "message.timestamp.type",
                            value -> value.startsWith("create") || value.startsWith("C") ? "CreateTime" : LOG_APPEND_TIME,
                            type -> type.equals(LOG_APPEND_TIME) ? "log-append-time" : null));

    private TopicSettings() {}

    static Map<String, String> fromOptions(Map<String, String> options, String changelogMode) {
        Map<String, String> configs = new LinkedHashMap<>();
        // A compacted topic keeps the last record of each key for ever, as in the cloud.
        boolean isUpsert = changelogMode.equals("upsert");
        configs.put(CLEANUP_POLICY, isUpsert ? "compact" : "delete");
        if (isUpsert) {
            configs.put(COMPACTION_LAG, Long.toString(7 * MILLIS_PER_DAY));
        }
        for (Setting setting : SETTINGS) {
            if (options.containsKey(setting.option)) {
                configs.put(setting.config, setting.toConfig.apply(options.get(setting.option)));
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
                boolean isAsked = asked != null && setting.toConfig.apply(asked).equals(setting.toConfig.apply(shown));
                options.put(setting.option, isAsked ? asked : shown);
            }
        }
        return options;
    }

    /** Whether a topic keeps the last record of each key, alone or beside its retention. */
    static boolean isCompacted(Map<String, String> configs) {
        return configs.getOrDefault(CLEANUP_POLICY, "delete").contains("compact");
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

    private static String compactionTime(String millis) {
        return millis.equals(NO_COMPACTION_LAG) ? "0 ms" : duration(millis);
    }

    private static String millis(String value, String unlimited) {
        Duration duration = TimeUtils.parseDuration(value);
        return duration.isZero() ? unlimited : Long.toString(duration.toMillis());
    }

    private static String bytes(String value) {
        long size = MemorySize.parseBytes(value);
        return size == 0 ? "-1" : Long.toString(size);
    }
}
