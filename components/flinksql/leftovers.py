"""The names of the statements by which hooks ask Flink: whose they are, and which ones a killed run has left behind."""

import re
import uuid
from datetime import UTC, datetime, timedelta

PREFIX = "hook-"
_RUN = f"{PREFIX}{uuid.uuid4().hex[:8]}-"
_PREVIEW = f"{PREFIX}preview-"
_LONGEST_PREVIEW = timedelta(minutes=10)
_OWN = re.compile(rf"{PREFIX}(preview|[0-9a-f]{{8}})-[0-9a-f]{{32}}")


def new_name(*, in_preview: bool) -> str:
    """Return a name for a statement that a hook of this process makes and removes."""
    return f"{_PREVIEW if in_preview else _RUN}{uuid.uuid4().hex}"


def is_left_over(name: str, created_at: str) -> bool:
    """Whether a statement of this stack's compute pool is one that nobody will remove.

    Of a stack there is one ``up`` or ``destroy`` at a time, so a hook's statement that is not this process's own is a
    killed one's. Previews may run beside it: theirs are left alone for ten minutes. ``created_at``: RFC 3339.
    """
    if not _OWN.fullmatch(name) or name.startswith(_RUN):
        return False
    return not name.startswith(_PREVIEW) or _age(created_at) > _LONGEST_PREVIEW


def _age(created_at: str) -> timedelta:
    try:
        return datetime.now(UTC) - datetime.fromisoformat(created_at)
    except (ValueError, TypeError):
        return timedelta(0)
