package rag.kafka;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;

/**
 * Main class of a broker process: {@code Broker FILE.properties}.
 *
 * <p>Formats the storage the first time. Kafka's own tools would need a second JVM for that, which doubles the time until
 * a new cluster answers.
 */
public final class Broker {

    private Broker() {
    }

    public static void main(String[] args) throws IOException {
        String file = args[0];
        if (!isFormatted(file)) {
            // "ignore formatted": a crash between two files of the first attempt must not stop the second one.
            String[] format = {"format", "--config", file, "--cluster-id", Uuid.randomUuid().toString(), "--ignore-formatted"};
            int status = StorageTool.execute(format, System.out);
            if (status != 0) {
                System.exit(status);
            }
        }
        Kafka.main(new String[] {file});
    }

    private static boolean isFormatted(String file) throws IOException {
        Properties properties = new Properties();
        try (FileInputStream in = new FileInputStream(file)) {
            properties.load(in);
        }
        return Files.exists(Path.of(properties.getProperty("log.dirs"), "meta.properties"));
    }
}
