package rag.flink.statement;

import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;

/**
 * Where a statement stands, as the endpoint answers it.
 *
 * @param latestOffsets how far it had read its topics when it ended (see {@link Offsets}), empty before that
 * @param recordsWritten since it was started or resumed here; {@code null} if it does not write, or has ended
 */
public record Status(
        Phase phase, String detail, JsonNode traits, Map<String, String> latestOffsets, Long recordsWritten) {

    Status(Phase phase, String detail, JsonNode traits) {
        this(phase, detail, traits, Map.of(), null);
    }

    Status withLatestOffsets(Map<String, String> offsets) {
        return new Status(phase, detail, traits, offsets, recordsWritten);
    }

    Status withRecordsWritten(Long records) {
        return new Status(phase, detail, traits, latestOffsets, records);
    }
}
