"""The life of a Flink statement: declared, created, replaced without loss, repaired."""

from components.flinksql.address import Address
from components.flinksql.answers import answer_of, answered
from components.flinksql.columns import Column, columns_of
from components.flinksql.connection import declare_connection
from components.flinksql.errors import HookError
from components.flinksql.once import done_once
from components.flinksql.previous import Previous
from components.flinksql.session import FlinkSession
from components.flinksql.source import Source
from components.flinksql.statement import declare_statement
from components.flinksql.text import Kind, SqlTextError, Statement, quote

__all__ = [
    "Address",
    "Column",
    "FlinkSession",
    "HookError",
    "Kind",
    "Previous",
    "Source",
    "SqlTextError",
    "Statement",
    "answer_of",
    "answered",
    "columns_of",
    "declare_connection",
    "declare_statement",
    "done_once",
    "quote",
]
