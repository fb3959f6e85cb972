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


def items(text: str, key: str) -> list[dict[str, str]]:
    """Return the entries of the list of mappings that ``key`` is set to; nested values are skipped."""
    lines = iter(text.splitlines())
    if not any(_entry(line.strip()) == (key, "") for line in lines):
        return []
    found: list[dict[str, str]] = []
    entry_indent = 0
    for raw in lines:
        line, indent = raw.strip(), len(raw) - len(raw.lstrip())
        if not line or line.startswith("#"):
            continue
        if line.startswith("- "):
            if found and indent >= entry_indent:
                continue  # a list within an entry
            line = line[2:].lstrip()
            entry_indent = len(raw) - len(line)
            found.append({})
        elif indent < entry_indent or not found:
            break
        entry = _entry(line)
        if entry is not None and len(raw) - len(line) == entry_indent:
            found[-1][entry[0]] = entry[1]
    return found


def read(path: Path) -> dict[str, object]:
    """Return the mappings of the settings file at ``path``; empty if it does not exist."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
