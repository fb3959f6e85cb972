"""Processes and bytes: brokers, Flink, schema storage, connectors, embeddings. Knows nothing of Confluent's control plane."""
