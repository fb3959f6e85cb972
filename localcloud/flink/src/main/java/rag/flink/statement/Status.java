package rag.flink.statement;

import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;

/**
 * The status of a statement, in the endpoint's format.
 *
 * @param latestOffsets the offsets up to which it had read when it was stopped or failed (see {@link Offsets}), else empty
 * @param recordsWritten records written since it was started or resumed here; {@code null} if it does not write, or has
 *     ended
 * @param recordsPending records of its topics that it has yet to read; {@code null} if it does not write, or has ended
 */
public record Status(
        Phase phase,
        String detail,
        JsonNode traits,
        Map<String, String> latestOffsets,
        Long recordsWritten,
        Long recordsPending) {

    Status(Phase phase, String detail, JsonNode traits) {
        this(phase, detail, traits, Map.of(), null, null);
    }

    Status withLatestOffsets(Map<String, String> offsets) {
        return new Status(phase, detail, traits, offsets, recordsWritten, recordsPending);
    }

    Status withRecords(Long written, Long pending) {
        return new Status(phase, detail, traits, latestOffsets, written, pending);
    }
}
