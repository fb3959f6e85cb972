package rag.connect.elasticsearch;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/** Copies topics into indexes of Elasticsearch, with the settings of Confluent's {@code ElasticsearchSinkV2}. */
public final class ElasticsearchSink extends SinkConnector {

    private Map<String, String> given = Map.of();

    @Override
    public String version() {
        return "1";
    }

    @Override
    public ConfigDef config() {
        return SinkSettings.DEFINITION;
    }

    /** Also asks the store, so that a wrong login is told before a task starts. */
    @Override
    public Config validate(Map<String, String> connectorConfigs) {
        Config checked = super.validate(connectorConfigs);
        if (checked.configValues().stream().allMatch(value -> value.errorMessages().isEmpty())) {
            String wrong = wrong(connectorConfigs);
            checked.configValues().stream()
                    .filter(value -> wrong != null && value.name().equals(SinkSettings.URL))
                    .forEach(value -> value.addErrorMessage(wrong));
        }
        return checked;
    }

    private static String wrong(Map<String, String> connectorConfigs) {
        try {
            new Store(new SinkSettings(connectorConfigs)).check();
            return null;
        } catch (ConfigException | Store.RefusedException | Store.UnavailableException e) {
            return e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public void start(Map<String, String> settings) {
        given = settings;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return ElasticsearchSinkTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        return Collections.nCopies(maxTasks, given);
    }

    @Override
    public void stop() {
        // nothing is open
    }
}
