"""Words that no person should read in an error: those of the languages that the local cloud is written in."""

from __future__ import annotations

import re

PYTHON = re.compile(
    r"Traceback|\b[A-Z][a-z]+(?:[A-Z][a-z]+)*Error\b|\bException\b|object has no attribute|<class '|\b0x[0-9a-f]{8}"
    r"|not subscriptable|unhashable|NoneType|\blocalcloud\.\w|positional argument"
)
# (The namespace of a schema that Flink registers, which is Confluent's too, may be named.)
JAVA = re.compile(
    r"Exception\b|Cannot invoke|cannot be cast|Operation\b|\bSql[A-Z]"
    r"|\b(?:java|org\.apache(?!\.flink\.avro\.generated)|rag\.flink)\."
)
