"""The monthly report on paper: two pages A4, with tables and charts.

Guarantees: the same report gives the same bytes. Does not: run in the event loop (see
`shared.paper`).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from services.supervision.charts import bars, lines
from shared import paper
from shared.division import departments, exists, name
from shared.text import Text

WIDTH, HEIGHT = paper.A4
LEFT, TOP = 50.0, HEIGHT - 60.0
WIDE = WIDTH - 2 * LEFT
INK, GREY, RULE = (0.13, 0.13, 0.15), (0.45, 0.45, 0.48), (0.78, 0.78, 0.80)
MOST_ROWS = 14
"""Rows of a table on paper; the JSON and the CSV have them all."""

TOTALS = (
    ("submitted", Text("收件", "Submitted")),
    ("accepted", Text("受理", "Accepted")),
    ("returned", Text("补正", "Returned")),
    ("declined", Text("不予受理", "Declined")),
    ("approved", Text("准予许可", "Approved")),
    ("refused", Text("不予许可", "Refused")),
    ("withdrawn", Text("撤回", "Withdrawn")),
    ("closed", Text("办结", "Closed")),
)
COLUMNS = (
    # title, English title, share of the width
    ("名称", "Name", 0.30),
    ("名次", "Rank", 0.08),
    ("得分", "Score", 0.10),
    ("决定", "Decided", 0.10),
    ("法定按时", "Statutory", 0.14),
    ("承诺按时", "Promised", 0.14),
    ("满意", "Satisfied", 0.14),
)


def render(report: Mapping[str, Any]) -> bytes:
    """The PDF of a report as `usecases.statistics.report` gives it."""
    out = io.BytesIO()
    title = f"效能监察月报 {report['month']} {report['division_name']['zh']}"
    canvas = paper.canvas(out, paper.A4, title, "Monthly report of efficiency")
    y = _heading(canvas, report)
    y = _totals(canvas, report["totals"], y)
    y = _rate(canvas, report["online_rate"], y)
    y = lines(canvas, report["trend"], LEFT, y - 24, WIDE)
    bars(canvas, [(named(r["code"]), r) for r in report["departments"]], LEFT, y - 8, WIDE)
    _foot(canvas, report, 1)
    canvas.showPage()
    y = _ranks(canvas, "部门排名 Departments", report["ranking"]["departments"], TOP)
    _ranks(canvas, "区划排名 Divisions", report["ranking"]["divisions"], y - 20)
    _foot(canvas, report, 2)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def named(code: str) -> str:
    """A department's or a division's name in Chinese; its code where it has none."""
    if exists(code):
        return name(code).zh
    return next((d.name.zh for d in departments() if d.code == code), code)


def _heading(canvas: Any, report: Mapping[str, Any]) -> float:
    of = report["department"]
    place = report["division_name"]
    canvas.setFillColorRGB(*INK)
    paper.centred(canvas, "政务服务效能监察月报", WIDTH / 2, TOP, 22)
    paper.centred(canvas, "Monthly report on the efficiency of government services", WIDTH / 2,
                  TOP - 18, 9)  # fmt: skip
    told = (
        f"{report['month']}    {place['zh']} {place['en']}    {named(of) if of else '全部部门 All'}"
    )
    paper.centred(canvas, told, WIDTH / 2, TOP - 40, 11)
    _rule(canvas, TOP - 52)
    return TOP - 76


def _totals(canvas: Any, totals: Mapping[str, Any], y: float) -> float:
    for place, (code, label) in enumerate(TOTALS):
        x = LEFT + place % 4 * WIDE / 4
        _figure(canvas, x, y - place // 4 * 46, str(totals["volumes"][code]), label)
    y -= 2 * 46
    days, on_time = totals["handling_days"], totals["on_time"]
    told = (
        (_percent(on_time["statutory"]["percent"]), Text("法定按时率", "Within statutory limit")),
        (_percent(on_time["promised"]["percent"]), Text("承诺按时率", "Within promised limit")),
        (f"{_or_dash(days['median'])} / {_or_dash(days['p90'])}",
         Text("办理天数 中位/p90", "Days median/p90")),
        (_percent(totals["evaluations"]["satisfied"]["percent"]), Text("满意率", "Satisfied")),
    )  # fmt: skip
    for place, (value, label) in enumerate(told):
        _figure(canvas, LEFT + place * WIDE / 4, y, value, label)
    _rule(canvas, y - 30)
    return y - 50


def _figure(canvas: Any, x: float, y: float, value: str, label: Text) -> None:
    canvas.setFillColorRGB(*INK)
    paper.write(canvas, value, x, y, 17)
    canvas.setFillColorRGB(*GREY)
    size, [text] = paper.fitted(f"{label.zh} {label}", WIDE / 4 - 8, 1)
    paper.write(canvas, text, x, y - 14, min(size, 7.5))


def _rate(canvas: Any, rate: Mapping[str, Any] | None, y: float) -> float:
    canvas.setFillColorRGB(*INK)
    paper.write(canvas, "网上可办率 Online rate", LEFT, y, 11)
    if rate is None:
        paper.write(canvas, "暂不可得 Not to be had just now", LEFT + 150, y, 9)
        return y - 20
    for level in rate["levels"]:
        y -= 15
        met = "达标 met" if level["met"] else "未达标 not met"
        told = (
            f"{level['level']}:  {level['fully_online']} / {level['live']}  =  "
            f"{_percent(level['percent'])}    目标 target {level['target']} %    {met}"
        )
        paper.write(canvas, told if level["live"] else f"{level['level']}:  —", LEFT + 12, y, 9)
    return y - 12


def _ranks(canvas: Any, title: str, rows: Sequence[Mapping[str, Any]], y: float) -> float:
    canvas.setFillColorRGB(*INK)
    paper.write(canvas, title, LEFT, y, 12)
    y = _row(canvas, y - 20, [f"{zh} {en}" for zh, en, _ in COLUMNS], 7.5)
    _rule(canvas, y + 10)
    for row in rows[:MOST_ROWS]:
        y = _row(canvas, y - 4, _cells(row), 9)
    if len(rows) > MOST_ROWS:
        paper.write(canvas, f"… 另有 {len(rows) - MOST_ROWS} 行 more", LEFT, y - 4, 8)
        y -= 14
    return y


def _cells(row: Mapping[str, Any]) -> list[str]:
    shares = (row["indicators"][i] for i in ("statutory", "promised", "satisfied"))
    return [
        named(row["code"]),
        _or_dash(row["rank"]),
        _or_dash(row["score"]),
        str(row["decided"]),
        *(_percent(share) for share in shares),
    ]


def _row(canvas: Any, y: float, cells: Sequence[str], size: float) -> float:
    x = LEFT
    for cell, (_, _, share) in zip(cells, COLUMNS, strict=True):
        fitted, found = paper.fitted(cell, share * WIDE - 6, 1)
        paper.write(canvas, found[0], x, y, min(size, fitted))
        x += share * WIDE
    return y - 14


def _foot(canvas: Any, report: Mapping[str, Any], page: int) -> None:
    canvas.setFillColorRGB(*GREY)
    for place, language in enumerate(("en", "zh")):
        _, found = paper.fitted(report["definition"][language], WIDE * 11.5 / 6, 3)
        for n, line in enumerate(paper.wrapped("".join(found), 6, WIDE)[:3]):
            paper.write(canvas, line, LEFT, 62 - 30 * place + 24 - n * 8, 6)
    paper.centred(canvas, str(page), WIDTH / 2, 24, 8)


def _rule(canvas: Any, y: float) -> None:
    canvas.setStrokeColorRGB(*RULE)
    canvas.setLineWidth(0.6)
    canvas.line(LEFT, y, LEFT + WIDE, y)


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f} %"


def _or_dash(value: Any) -> str:
    return "—" if value is None else f"{value:g}"
