package rag.flink.statement;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;

/** Where a statement stands, as the endpoint answers it. */
public record Status(Phase phase, String detail, JsonNode traits) {}
