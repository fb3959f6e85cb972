"""Measurements: ``./pulumiw bench NAME [--json]``. A figure is comparable only with the figures of the same run."""
