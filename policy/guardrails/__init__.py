"""Policies for a streaming pipeline on Confluent Cloud: one per module, all listed in ``pack``.

The package imports nothing from the program that it checks, so it can be published and used by other projects.
"""
