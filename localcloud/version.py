"""Which program this is."""

SERVICE = "confluent-local-cloud"
VERSION = "0.1.0"
