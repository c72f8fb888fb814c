"""The monthly report: rolled up, ranked, as JSON, table and paper."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from services.supervision import paper
from services.supervision.report_schemas import Report
from services.supervision.tests.lives import BEGIN, Life
from services.supervision.usecases import cases, statistics
from services.supervision.usecases.recomputing import differences
from shared.errors import NotFound
from shared.testing import NOON, FakeStore

RATE = {
    "levels": [
        {
            "level": "county",
            "live": 10,
            "fully_online": 7,
            "percent": 70.0,
            "target": 60,
            "met": True,
        }
    ]
}


class Readable(FakeStore):
    """A store whose collections can be read as a whole."""

    def __getitem__(self, name: str) -> Any:
        found: Any = super().__getitem__(name)
        found.each = lambda filter_: found.find(filter_, limit=10**9)
        return found


@pytest.fixture(scope="module")
def store() -> FakeStore:
    store, ids = Readable(), count()
    for n in range(8):
        place = ("430104", "430111", "430100", "430200")[n % 4]
        life = Life(f"{n}", BEGIN, division=place).play("submit", 1, "accept", "start")
        life.play(n * 3, "approve", "deliver")
        cases.hear(store, life.events, NOON, lambda: f"p{next(ids)}")
    return store


def test_rolled_up(store: FakeStore) -> None:
    """A city is what lies in it and itself; the province is its cities; nothing is lost."""
    city = statistics.report(store, "2026-03", "430100", None, RATE)
    assert [row["code"] for row in city["divisions"]] == ["430100", "430104", "430111"]
    assert city["totals"]["volumes"]["submitted"] == 6
    province = statistics.report(store, "2026-03", "430000", None, None)
    told = {row["code"]: row["volumes"]["submitted"] for row in province["divisions"]}
    assert told == {"430100": 6, "430200": 2}
    assert province["trend"][-1]["month"] == "2026-03" and len(province["trend"]) == 6
    assert statistics.report(store, "2026-03", "430100", "health", None)["items"] == []
    for found in (city, province):
        assert Report().validate(found) == {}
    with pytest.raises(NotFound):
        statistics.report(store, "2026-03", "990000", None, None)


def test_table(store: FakeStore) -> None:
    """The table's rows add up to the report's totals."""
    heading, *rows = statistics.table(store, "2026-03", "430000", None)
    submitted = heading.index("submitted")
    report = statistics.report(store, "2026-03", "430000", None, None)
    assert sum(row[submitted] for row in rows) == report["totals"]["volumes"]["submitted"] == 8
    assert all(len(row) == len(heading) for row in rows)


@pytest.mark.parametrize("rate", [RATE, None])
def test_paper(store: FakeStore, rate: Any) -> None:
    """The report is two pages of PDF, the same for the same figures, also where there are none."""
    for division in ("430100", "431300"):
        report = statistics.report(store, "2026-03", division, None, rate)
        pdf = paper.render(report)
        assert pdf.startswith(b"%PDF-") and b"/Count 2" in pdf and b"/FontFile2" in pdf
        assert paper.render(report) == pdf


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-1", "26-01", "x", "2026-12", "2026-03-01", "1999-01"]
)
def test_months(month: str) -> None:
    """What is no month, or has not begun, is not found."""
    with pytest.raises(NotFound):
        statistics.month_of(month, NOON)


def test_earlier() -> None:
    """Months are counted back over the year's end."""
    assert statistics.earlier("2026-02", 3) == ["2025-12", "2026-01", "2026-02"]
    assert statistics.last_day("2028-02") == "2028-02-29"


def test_recomputed(store: FakeStore) -> None:
    """A recount finds nothing; it finds every figure and every record that was changed."""
    assert list(differences(store, NOON)) == []
    page = store["figures"].find({"scopes": "2026-03:430000:*"})[0]
    row = {**page["rows"][0], "counts": {**page["rows"][0]["counts"], "submitted": 99}}
    store["figures"].save(page, {**page, "rows": [row, *page["rows"][1:]]})
    case = store["cases"].find({"division": "430200"})[0]
    store["cases"].save(case, {**case, "state": "withdrawn", "lamps": []})
    found = list(differences(store, NOON))
    assert any("submitted is 99" in line for line in found)
    assert any("state is withdrawn" in line for line in found)
    store["figures"].save(store["figures"].require(page["_id"]), page)
    store["cases"].save(store["cases"].require(case["_id"]), case)
