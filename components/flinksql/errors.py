"""What goes wrong between a hook and Flink."""


class FlinkSqlError(Exception):
    """Flink refused or failed; ``str()`` is its own explanation. ``status``: of HTTP, where there was an answer."""

    def __init__(self, reason: str, *, is_transient: bool = False, status: int | None = None) -> None:
        super().__init__(reason)
        self.is_transient, self.status = is_transient, status


class HookError(Exception):
    """Why a hook stopped its operation: one sentence.

    Pulumi appends the traceback of a hook's exception to its message, and has no exception class that it spares.
    """

    @property
    def __traceback__(self) -> None:  # type: ignore[override]
        return None
