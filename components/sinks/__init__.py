"""Sinks: the managed connectors that copy the vectors into stores, one module a store."""
