"""Managed connectors: what they generate, how they transform it, how they write it."""
