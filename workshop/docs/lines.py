"""Long lists as lines of a page's source, which are at most 120 characters wide (``tests/unit/test_docs.py``)."""

from __future__ import annotations

import re
import textwrap

WIDTH = 120
_CODE = re.compile(r"`[^`]*`")
_NO_BREAK = "\N{NO-BREAK SPACE}"


def wrapped(text: str, indent: str = "") -> str:
    """Return ``text`` in lines, those after the first one indented. Code such as ```CREATE TABLE``` stays whole."""
    whole = _CODE.sub(lambda code: code[0].replace(" ", _NO_BREAK), text)
    lines = textwrap.wrap(whole, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(_NO_BREAK, " ")
