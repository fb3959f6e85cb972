"""Processes and bytes: brokers, Flink, schema storage, connectors, embeddings. Knows nothing of the control plane."""
