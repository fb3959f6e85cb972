package rag.flink.catalog;

import java.util.Map;
import java.util.Optional;
import rag.flink.catalog.SchemaRegistry.Registered;

/**
 * A topic as a table is made of it.
 *
 * @param configs its settings, as far as they are known
 * @param key the latest schema of its keys, with all that it refers to
 * @param value the latest schema of its values, with all that it refers to
 */
record Topic(
        String name, int partitions, Map<String, String> configs, Optional<Registered> key, Optional<Registered> value) {}
