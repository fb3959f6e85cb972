"""The life of a Flink statement: declared, created, replaced without loss, repaired."""

from components.flinksql.answers import answered
from components.flinksql.calls import HookError
from components.flinksql.previous import Previous
from components.flinksql.rights import connection_hooks
from components.flinksql.session import Address, FlinkSession
from components.flinksql.source import Source
from components.flinksql.statement import declare_statement
from components.flinksql.text import Kind, SqlTextError, Statement

__all__ = [
    "Address",
    "FlinkSession",
    "HookError",
    "Kind",
    "Previous",
    "Source",
    "SqlTextError",
    "Statement",
    "answered",
    "connection_hooks",
    "declare_statement",
]
