from __future__ import annotations

from typing import Any

import pytest

from services.catalogue import views
from services.catalogue.domain.directory import directory
from services.catalogue.events import ITEM_PUBLISHED, PUBLISHES
from services.catalogue.tests.samples import NOW, announced
from services.catalogue.usecases import items, queries
from services.catalogue.usecases.listing import all_lists
from shared.errors import NotFound
from shared.testing import FakeStore, an_official

DAY = {"on": "2026-11-23"}


def taken(*events: Any) -> FakeStore:
    store = FakeStore()
    for event in events:
        items.take_in(store, event, NOW)
    return store


def live(store: FakeStore, day: str = "2026-11-23") -> dict[str, int]:
    told = queries.online_rate(directory(all_lists(store)), {"on": day}, NOW)
    return {level["level"]: level["live"] for level in told["levels"]}


def test_published() -> None:
    """A good announcement is in the guide, the lists and the figures, and is told to the world."""
    store = taken(announced())
    affair = queries.affair(store, "health-001", {"division": "430104", **DAY}, NOW)
    guide = views.guide(affair, DAY["on"])
    assert guide["fully_online"]
    assert guide["served_by"]["level"] == "county"
    assert live(store) == {"province": 0, "city": 0, "county": 122}
    (told,) = store.sent
    assert told["type"] == ITEM_PUBLISHED
    assert PUBLISHES[ITEM_PUBLISHED].schema().validate(told["data"]) == {}
    assert queries.form(store, "health-001", {"division": "430104", **DAY}, NOW)["type"] == "object"


def test_repeated() -> None:
    """The same event again, and an older one, change nothing."""
    store = taken(announced(2))
    before = store["items"].get("health-001")
    for event in (announced(2), announced(1, fee=5)):
        items.take_in(store, event, NOW)
        assert store["items"].get("health-001") == before
    assert len(store.sent) == 1


def test_rejected() -> None:
    """One with findings is kept with them, published nowhere, and readable by its department."""
    store = taken(announced(promised_days=99))
    with pytest.raises(NotFound):
        queries.affair(store, "health-001", DAY, NOW)
    assert live(store)["county"] == 0
    reader = an_official("o", "430104", "health")
    told = views.findings(items.found_by(store, reader, "health-001"))
    assert told["state"] == "rejected"
    assert [f["rule"] for f in told["findings"]] == ["promised-within-statutory"]
    with pytest.raises(NotFound):
        items.found_by(store, an_official("o", "430104", "education"), "health-001")


def test_rejected_shape() -> None:
    """So is one whose shape is wrong."""
    store = taken(announced(levels=["moon"], name=7))
    rejected = store["items"].get("health-001")["rejected"]  # type: ignore[index]
    assert {f["pointer"] for f in rejected["findings"]} == {"/name", "/levels/0"}


def test_rejection_leaves_what_is_in_force() -> None:
    """A faulty new version leaves the good one; a mended one clears the findings."""
    store = taken(announced(1), announced(2, fee=3, version=2))
    assert views.findings(store["items"].require("health-001"))["state"] == "rejected"
    assert live(store)["county"] == 122
    items.take_in(store, announced(3, version=3), NOW)
    assert views.findings(store["items"].require("health-001"))["state"] == "published"


def test_levels_change() -> None:
    """A level that a new version no longer names ends with that version's first day."""
    later = announced(2, levels=["city"], effective_from="2026-06-01", version=2)
    store = taken(announced(1, levels=["city", "county"]), later)
    assert live(store, "2026-05-31") == {"province": 0, "city": 14, "county": 122}
    assert live(store, "2026-06-01") == {"province": 0, "city": 14, "county": 0}


def test_served_from_above() -> None:
    """People of a county are served by their city where the county does not exercise the power."""
    store = taken(announced(levels=["city"]))
    affair = queries.affair(store, "health-001", {"division": "430104", **DAY}, NOW)
    assert affair.scope == "*city"
    with pytest.raises(NotFound):
        queries.affair(store, "health-001", {"division": "430000", **DAY}, NOW)
    with pytest.raises(NotFound):
        queries.affair(store, "health-001", {"on": "2025-12-31"}, NOW)


def test_search() -> None:
    """Filters combine; pages follow one another without gap or repeat."""
    events = [announced(code=f"health-{n:03d}", name={"zh": f"诊所{n}", "en": f"Clinic {n}"})
              for n in range(7)]  # fmt: skip
    school = {"zh": "学校", "en": "School"}
    store = taken(*events, announced(code="far", name=school, levels=["province"]))
    given = directory(all_lists(store))
    asked: dict[str, Any] = {**DAY, "limit": 3}
    for query in ({}, {"q": "clinic"}, {"q": "诊所", "division": "430104"}):
        seen: list[str] = []
        cursor = None
        while True:
            page = queries.find_items(given, {**asked, **query, "cursor": cursor}, NOW)
            seen += [f.item.code for f in page.found]
            if (cursor := page.next_cursor) is None:
                break
        assert seen == sorted(set(seen))
        assert len(seen) == (7 if query else 8)
    nobody = {**asked, "audience": "person"}
    assert not queries.find_items(given, nobody, NOW).found
    (only,) = queries.find_items(given, {**asked, "level": "province"}, NOW).found
    assert views.summary(only)["divisions"] == 1


def test_versions_view() -> None:
    """Every version is told, with the days on which it is in force."""
    store = taken(announced(1), announced(2, promised_days=3, effective_from="2026-06-01"))
    told = list(views.versions(store["items"].require("health-001"), "430104"))
    assert [v["in_force"] for v in told] == [
        {"first": "2026-01-01", "last": "2026-05-31"},
        {"first": "2026-06-01", "last": None},
    ]
