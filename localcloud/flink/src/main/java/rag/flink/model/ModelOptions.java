package rag.flink.model;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import rag.flink.Settings;
import rag.flink.UserException;
import rag.flink.workspace.Connection;
import rag.flink.workspace.Environment;

/**
 * The options of a model that the local cloud can run: task {@code embedding}, provider {@code openai}.
 *
 * @param connection name of the connection with endpoint and key, looked up at each call
 * @param modelVersion the provider's name of the model
 */
public record ModelOptions(String connection, String modelVersion) {

    private static final String DEFAULT_MODEL_VERSION = "text-embedding-ada-002";

    /** Validates the options of a model before it is created; keys are lower case. */
    public static void check(String model, Map<String, String> options, Environment environment) {
        String name = of(model, options).connection();
        options.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(option -> fault(model, option.getKey(), option.getValue()).stream())
                .findFirst()
                .ifPresent(
                        fault -> {
                            throw new UserException(fault);
                        });
        Connection connection =
                environment
                        .connection(name)
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                "The connection '" + name + "' of model '" + model
                                                        + "' does not exist in environment '" + environment.name() + "'."));
        if (!connection.type().equalsIgnoreCase("openai")) {
            throw new UserException(
                    "The connection '" + name + "' is of type " + connection.type().toUpperCase(Locale.ROOT)
                            + ", but model '" + model + "' needs one of type OPENAI.");
        }
    }

    private static Optional<String> fault(String model, String key, String value) {
        boolean isForAlter = Settings.MODEL.find(key).filter(option -> !option.is("create")).isPresent();
        return isForAlter
                ? Optional.of("The option '" + key + "' of model '" + model + "' is set by ALTER MODEL alone: leave it out.")
                : Settings.MODEL.fault(key, value, " of model '" + model + "'");
    }

    static ModelOptions of(String model, Map<String, String> options) {
        String task = required(model, options, "task");
        if (!task.equalsIgnoreCase("embedding")) {
            throw new UserException(
                    "The task '" + task + "' of model '" + model + "' is not supported by the local cloud; use 'embedding'.");
        }
        String provider = required(model, options, "provider");
        if (!provider.equalsIgnoreCase("openai")) {
            throw new UserException(
                    "The provider '" + provider + "' of model '" + model
                            + "' is not supported by the local cloud; use 'openai'.");
        }
        return new ModelOptions(
                required(model, options, "openai.connection"),
                options.getOrDefault("openai.model_version", DEFAULT_MODEL_VERSION));
    }

    private static String required(String model, Map<String, String> options, String key) {
        String value = options.get(key);
        if (value == null || value.isBlank()) {
            throw new UserException("Model '" + model + "' needs the option '" + key + "'.");
        }
        return value;
    }
}
