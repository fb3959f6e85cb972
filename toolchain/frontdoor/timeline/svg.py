"""The timeline as an SVG picture."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from toolchain.frontdoor.timeline.report import Timeline

_WIDTH, _ROW, _LABELS, _TOP, _MARGIN = 1200, 18, 360, 50, 10
_CHAIN, _OTHER = "#d1495b", "#8fa3b0"


def svg(timeline: Timeline) -> str:
    """Draw one bar per operation, the longest chain in red; a bar's tooltip shows its times and dependencies."""
    operations = timeline.record.operations
    height = _TOP + _ROW * len(operations) + _MARGIN
    scale = (_WIDTH - _LABELS - _MARGIN) / (timeline.makespan or 1)
    attributes = {"xmlns": "http://www.w3.org/2000/svg", "width": str(_WIDTH), "height": str(height)}
    root = ET.Element("svg", attributes | {"font-family": "sans-serif", "font-size": "11"})
    _add(root, "rect", width=_WIDTH, height=height, fill="white")
    _add(root, "text", timeline.summary(), x=_MARGIN, y=20)
    step = max(1, round(timeline.makespan / 20))
    for second in range(0, int(timeline.makespan) + 1, step):
        at = _LABELS + second * scale
        _add(root, "line", x1=at, x2=at, y1=_TOP - 6, y2=height - _MARGIN, stroke="#e4e8eb")
        _add(root, "text", f"{second} s", x=at + 2, y=_TOP - 8, fill="#667")
    for number, operation in enumerate(operations):
        y = _TOP + number * _ROW
        marked = operation.key in timeline.chain
        label = f"{operation.name} ({operation.kind}) {operation.operation}{' FAILED' if operation.failed else ''}"
        weight = {"font-weight": "bold"} if marked else {}
        _add(root, "text", label, x=_MARGIN, y=y + 12, **weight)
        width = max(operation.span.seconds * scale, 1)
        fill = _CHAIN if marked else _OTHER
        bar = _add(root, "rect", x=_LABELS + operation.start * scale, y=y + 3, width=width, height=_ROW - 6, fill=fill)
        waited = "\n".join(timeline.edges.get(operation.key, []))
        _add(bar, "title", f"{operation.start:.1f} s to {operation.end:.1f} s\n{waited}")
    return ET.tostring(root, encoding="unicode") + "\n"


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: object) -> ET.Element:
    values = {name: f"{value:.1f}" if isinstance(value, float) else str(value) for name, value in attributes.items()}
    made = ET.SubElement(parent, tag, values)
    made.text = text or None
    return made
