"""The catalogue together with the departments that announce their items."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from services.catalogue.generate_items import basics
from shared.clock import local_day
from shared.local import Platform
from shared.timekeeping import system_time
from tests.journeys import enterprise as steps
from tests.journeys.people import Person, eventually, heard, official, ok, problem

ESTABLISHMENT = "/catalogue/items/enterprise-establishment"


@pytest.fixture
def registrar(administrator: Person) -> Person:
    """The administrator of market regulation in the province."""
    return official(administrator, "13900000112", "郑省局", "430000", ["administer"])


def test_announced(anyone: Person) -> None:
    """What enterprise offers is found by Chinese and English words, with guide and form."""
    for words in ("企业设立", "establishment enterprise"):
        eventually(lambda q=words: "enterprise-establishment" in _found(anyone, q), words)
    guide = ok(anyone.get(ESTABLISHMENT, params={"division": steps.DISTRICT}))
    assert guide["fully_online"] is True and guide["visits"] == 0
    assert guide["served_by"]["level"] == "county"
    assert guide["consultation_phone"] != guide["complaint_phone"]
    form = ok(anyone.get(f"{ESTABLISHMENT}/form"))
    assert form["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"reservation", "owners", "address"} <= set(form["required"])
    assert list(form["properties"])[:3] == ["reservation", "kind", "registered_capital"]
    assert form["properties"]["kind"]["x-enum-titles"]["limited-company"]["zh"] == "有限责任公司"


def _found(anyone: Person, words: str) -> list[str]:
    """The codes of the items that are found by these words: they are announced by events."""
    found = ok(anyone.get("/catalogue/items", params={"q": words}))["items"]
    return [item["code"] for item in found]


def test_cached(anyone: Person) -> None:
    """What is public may be kept: the validator that was given answers 304."""
    eventually(lambda: anyone.get(ESTABLISHMENT).ok, "the item")
    tag = anyone.get(ESTABLISHMENT).headers["ETag"]
    again = anyone.get(ESTABLISHMENT, headers={"If-None-Match": tag})
    assert again.status_code == 304 and not again.content


def test_online_rate(anyone: Person) -> None:
    """The online rate comes with its definition, its targets, and counts that reproduce it."""
    rate = ok(anyone.get("/catalogue/online-rate"))
    assert rate["definition"]["zh"] and rate["definition"]["en"]
    targets = {level["level"]: level["target"] for level in rate["levels"]}
    assert targets == {"province": 80, "city": 60, "county": 60}
    for level in rate["levels"]:
        assert level["live"] == sum(d["live"] for d in level["departments"])
        if level["live"]:
            assert level["percent"] == pytest.approx(
                100 * level["fully_online"] / level["live"], abs=0.05
            )


def test_divisions(anyone: Person) -> None:
    """One province, 14 prefecture-level divisions, 122 counties and districts."""
    for level, number in (("province", 1), ("city", 14), ("county", 122)):
        found = ok(anyone.get("/catalogue/divisions", params={"level": level}))["items"]
        assert len(found) == number
    found = ok(anyone.get("/catalogue/divisions", params={"parent": "430100"}))["items"]
    assert {one["parent"] for one in found} == {"430100"} and len(found) == 9


def test_import(administrator: Person, anyone: Person) -> None:
    """Good rows are taken, faulty ones told by line and field, the same file changes nothing."""
    good, faulty = _rows()
    file = "\n".join(json.dumps(row) for row in (good, faulty)) + "\n{not json\n"
    counts = {"rows": 3, "added": 1, "changed": 0, "unchanged": 0, "faulty": 2}
    made = _imported(administrator, file)
    assert made["counts"] == counts
    faults = ok(administrator.get(f"/catalogue/imports/{made['id']}/faults"))["items"]
    assert [row["line"] for row in faults] == [2, 3]
    assert "/promised_days" in [error["pointer"] for error in faults[0]["errors"]]
    again = _imported(administrator, file)
    assert again["counts"] == {**counts, "added": 0, "unchanged": 1}
    code = good["code"]
    guide = eventually(
        lambda: (answer := anyone.get(f"/catalogue/items/{code}")).ok and answer.json(), "the item"
    )
    assert guide["department"] == good["department"]


def _rows() -> tuple[dict[str, Any], dict[str, Any]]:
    basic = next(basics())
    code = f"journey-{uuid.uuid4().hex[:12]}"
    days = {"statutory_days": 20, "promised_days": 5}
    good = {**_filled(basic), **days, "code": code, "division": "430100"}
    return good, {**good, "division": "430200", "promised_days": 30}


def _filled(basic: dict[str, Any]) -> dict[str, Any]:
    return {
        **basic,
        "instant": False,
        "visits": 0,
        "visits_reason": None,
        "online": ["accept", "process", "feedback"],
        "fee": 0,
        "fee_basis": None,
        "result_sample": "样本",
        "consultation_phone": "0731-12345",
        "complaint_phone": "0731-12315",
        "effective_from": "2026-01-01",
        "effective_until": None,
    }


def _imported(administrator: Person, file: str) -> dict[str, Any]:
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": str(uuid.uuid4())}
    answer = administrator.post("/catalogue/imports", data=file.encode(), headers=headers)
    path = f"/catalogue/imports/{ok(answer, 202)['id']}"
    found: dict[str, Any] = eventually(
        lambda: (now := ok(administrator.get(path)))["state"] in ("done", "failed") and now,
        "the import",
    )
    return found


@pytest.fixture
def delegation(registrar: Person) -> Iterator[dict[str, Any]]:
    """The city of Xiangtan may handle it for the province, until the test is over."""
    body = {
        "item": "enterprise-establishment",
        "from_division": "430000",
        "delegates": ["430300"],
        "from_day": local_day(system_time()).isoformat(),
        "legal_basis": {"zh": f"湘政发 {random.random()}", "en": "Hunan Government Document"},
    }
    given = ok(registrar.create("/catalogue/delegations", body), 201)
    yield given
    path = f"/catalogue/delegations/{given['id']}"
    headers = {"If-Match": registrar.get(path).headers["ETag"]}
    end = {"from_day": local_day(system_time()).isoformat(), "legal_basis": body["legal_basis"]}
    ok(registrar.post(f"{path}/revocation", json=end, headers=headers))


def test_delegated(
    platform: Platform, delegation: dict[str, Any], anyone: Person, clerk: Person
) -> None:
    """A delegation is public at once, and reaches its department; nobody else may give it."""
    item = "enterprise-establishment"
    powers = ok(anyone.get("/catalogue/powers", params={"limit": 100}))["items"]
    power = next(one for one in powers if one["item"] == item)
    assert delegation["id"] in [one["id"] for one in power["delegations"]]
    heard(platform, "enterprise.delegations", delegation["id"])
    body = {k: v for k, v in delegation.items() if k not in ("id", "revoked")}
    problem(clerk.create("/catalogue/delegations", body), 403)
