"""The charts of the monthly report (`reportlab.graphics`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared import paper

BLUE, GREEN, GREY = (0.16, 0.36, 0.62), (0.20, 0.52, 0.36), (0.45, 0.45, 0.48)
HEIGHT = 150.0
MOST = 10


def lines(
    canvas: Any, trend: Sequence[Mapping[str, Any]], x: float, top: float, width: float
) -> float:
    """Cases submitted and decided by month; where it ends below."""
    _title(canvas, "近月收件与决定 Submitted and decided by month", x, top)
    submitted = [month["volumes"]["submitted"] for month in trend]
    decided = [month["decided"] for month in trend]
    _columns(canvas, [submitted, decided], [m["month"] for m in trend], (x, top - 14, width))
    _legend(canvas, (("收件 submitted", BLUE), ("决定 decided", GREEN)), x, top - 14 - HEIGHT - 14)
    return top - HEIGHT - 44


def bars(
    canvas: Any, rows: Sequence[tuple[str, Mapping[str, Any]]], x: float, top: float, width: float
) -> float:
    """On-time rates by department, per cent; where it ends below."""
    _title(canvas, "按时率（%） On-time rates (%)", x, top)
    shown = list(rows)[:MOST]
    values = [
        [row["on_time"][limit]["percent"] or 0 for _, row in shown]
        for limit in ("statutory", "promised")
    ]
    if shown:
        _columns(canvas, values, [label for label, _ in shown], (x, top - 14, width), most=100)
    legend = (("法定 statutory", BLUE), ("承诺 promised", GREEN))
    _legend(canvas, legend, x, top - 14 - HEIGHT - 14)
    return top - HEIGHT - 44


def _title(canvas: Any, text: str, x: float, y: float) -> None:
    canvas.setFillColorRGB(0.13, 0.13, 0.15)
    paper.write(canvas, text, x, y, 11)


def _columns(
    canvas: Any,
    values: Sequence[Sequence[float]],
    labels: Sequence[str],
    place: tuple[float, float, float],
    most: float | None = None,
) -> None:
    from reportlab.graphics import renderPDF  # noqa: PLC0415  (10 MB, for few)
    from reportlab.graphics.charts.barcharts import VerticalBarChart  # noqa: PLC0415  (as above)
    from reportlab.graphics.shapes import Drawing  # noqa: PLC0415  (as above)
    from reportlab.lib.colors import Color  # noqa: PLC0415  (as above)

    x, top, width = place
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = 34, 22, width - 44, HEIGHT - 30
    chart.data = [list(series) for series in values]
    chart.categoryAxis.categoryNames = list(labels)
    chart.categoryAxis.labels.fontName = paper.FONT
    chart.categoryAxis.labels.fontSize = chart.valueAxis.labels.fontSize = 7
    chart.valueAxis.labels.fontName = paper.FONT
    chart.valueAxis.valueMin = 0
    chart.valueAxis.valueMax = most or max(1, *(v for series in values for v in series))
    chart.valueAxis.labelTextFormat = "%d"
    chart.barSpacing, chart.groupSpacing = 1, 8
    for n, colour in enumerate((BLUE, GREEN)):
        chart.bars[n].fillColor = Color(*colour)
        chart.bars[n].strokeColor = None
    drawing = Drawing(width, HEIGHT)
    drawing.add(chart)
    renderPDF.draw(drawing, canvas, x, top - HEIGHT)


def _legend(
    canvas: Any, entries: Sequence[tuple[str, tuple[float, ...]]], x: float, y: float
) -> None:
    for n, (text, colour) in enumerate(entries):
        at = x + 34 + 120 * n
        canvas.setFillColorRGB(*colour)
        canvas.rect(at, y, 7, 7, stroke=0, fill=1)
        canvas.setFillColorRGB(*GREY)
        paper.write(canvas, text, at + 11, y, 8)
