"""The log files of a state folder: ``logs/NAME.log``, each capped, a few older ones beside it (``.1``, ``.2``, ...)."""

from __future__ import annotations

import contextvars
import logging
import os
import stat
import sys
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

from localcloud.masking import masked

if TYPE_CHECKING:
    from pathlib import Path

LOG_BYTES, KEPT_LOGS = 8 << 20, 3
# What components that are long gone (each Kafka cluster has a log of its own) may leave behind.
KEPT_FILES = 60
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")


def folder(state: Path) -> Path:
    """Return the folder of all logs, made if it is not there."""
    path = state / "logs"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def capped(path: Path) -> RotatingFileHandler:
    """Return a handler that appends to ``path`` and begins a new file after :data:`LOG_BYTES`."""
    return RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=KEPT_LOGS, encoding="utf-8", errors="replace")


def request_log(state: Path) -> logging.Logger:
    """Return the log of requests, ``api.log``: a JSON object a line."""
    handler = capped(folder(state) / "api.log")
    handler.setFormatter(logging.Formatter("%(message)s"))
    log = logging.getLogger("localcloud.requests")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.handlers = [handler]
    return log


def open_own(state: Path) -> None:
    """Let what this process logs go to ``cloud.log``, each line with the id of the request it belongs to."""
    handlers: list[logging.Handler] = [_OwnLog(folder(state) / "cloud.log")]
    if not _is_file(sys.stderr.fileno()):
        handlers.append(logging.StreamHandler())
    for handler in handlers:
        handler.addFilter(with_request_id)
        handler.addFilter(without_secrets)
    logging.basicConfig(level=logging.INFO, format=_FORMAT + "%(request)s", handlers=handlers, force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)


def remove_old(state: Path) -> None:
    """Remove all but the :data:`KEPT_FILES` logs that were written last."""
    files = [file for file in folder(state).iterdir() if ".log" in file.suffixes]
    for file in sorted(files, key=lambda file: file.stat().st_mtime)[:-KEPT_FILES]:
        file.unlink(missing_ok=True)


def with_request_id(record: logging.LogRecord) -> bool:
    """Note on a record which request it is for; a filter that lets all through."""
    current = request_id.get()
    record.request = f" [request {current}]" if current else ""
    return True


def without_secrets(record: logging.LogRecord) -> bool:
    """Mask secrets in a record's message, and in its exception's; a filter that lets all through."""
    record.msg, record.args = masked(record.getMessage()), ()
    if record.exc_info and not record.exc_text:
        record.exc_text = masked(logging.Formatter().formatException(record.exc_info))
    return True


def _is_file(descriptor: int) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


class _OwnLog(RotatingFileHandler):
    """Takes along what is printed past ``logging`` (by librdkafka, say), unless somebody watches it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=LOG_BYTES, backupCount=KEPT_LOGS, encoding="utf-8")
        self._take_output()

    def doRollover(self) -> None:  # noqa: N802 - logging's own name
        """Begin a new file."""
        super().doRollover()
        self._take_output()

    def _take_output(self) -> None:
        stream = self.stream or self._open()
        for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
            if _is_file(descriptor):
                os.dup2(stream.fileno(), descriptor)
