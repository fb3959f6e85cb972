"""Parses Pulumi's settings files without a YAML library, since the front door runs before its virtual environment.

Supported is what `pulumi config set` writes: nested mappings of plain or quoted scalars. Other YAML is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def _scalar(text: str) -> str:
    if text[:1] in {'"', "'"}:
        end = text.find(text[0], 1)
        return text[1:end] if end > 0 else text
    return text.split(" #", 1)[0].rstrip()


def _entry(line: str) -> tuple[str, str] | None:
    """Split ``key: value``; a key may itself contain colons (``confluentcloud:endpoint``)."""
    key, separator, value = line.partition(": ")
    if not separator:
        if not line.endswith(":"):
            return None
        key, value = line[:-1], ""
    value = value.strip()
    return _scalar(key.strip()), "" if value.startswith("#") else _scalar(value)


def parse(text: str) -> dict[str, object]:
    """Return the mappings of a settings file; a key without a scalar has a mapping (empty for lists, block scalars)."""
    root: dict[str, object] = {}
    open_mappings: list[tuple[int, dict[str, object]]] = [(-1, root)]
    for raw in text.splitlines():
        line = raw.strip()
        entry = None if not line or line.startswith(("#", "- ")) else _entry(line)
        if entry is None:
            continue
        indent = len(raw) - len(raw.lstrip())
        while indent <= open_mappings[-1][0]:
            open_mappings.pop()
        key, value = entry
        if value:
            open_mappings[-1][1][key] = value
        else:
            nested: dict[str, object] = {}
            open_mappings[-1][1][key] = nested
            open_mappings.append((indent, nested))
    return root


def entries(text: str, key: str) -> list[dict[str, str]]:
    """Return the scalars of each mapping in the list under ``key``, wherever that stands in a settings file."""
    found: list[dict[str, str]] = []
    outer, inner = -1, -1  # indents of the key, and of an entry's own keys
    for raw in text.splitlines():
        line, indent = raw.strip(), len(raw) - len(raw.lstrip())
        if not line or line.startswith("#"):
            continue
        if outer < 0:
            outer = indent if line == f"{key}:" else -1
            continue
        if indent < outer or (indent == outer and not line.startswith("- ")):
            break
        if line.startswith("- ") and (inner < 0 or indent < inner):
            line = line[2:].lstrip()
            inner = len(raw) - len(line)
            indent = inner
            found.append({})
        entry = _entry(line)
        if entry and entry[1] and indent == inner and not line.startswith("- "):
            found[-1][entry[0]] = entry[1]
    return found


def read(path: Path) -> dict[str, object]:
    """Return the mappings of the settings file at ``path``; empty if it does not exist."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
