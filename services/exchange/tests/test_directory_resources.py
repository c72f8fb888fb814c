"""Resources: declared, linted, versioned, withdrawn, found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.domain.declarations import Declared, findings
from services.exchange.domain.resources import declared, obstacles, version_of
from services.exchange.tests.directory import ADMINISTRATOR, announcement, pulses, signer
from services.exchange.usecases import directory, reading, resources, searching
from services.exchange.usecases.searching import Shelves
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.events import Event, event, received
from shared.exchange.events import ResourceFields
from shared.exchange.resource import Resource, Subject
from shared.openapi import json_schema
from shared.schema import Schema, String, load
from shared.testing import NOON, FakeStore, a_call, an_official
from shared.text import Text

LATER = NOON + timedelta(days=1)
PROVIDER = "GOV/public-security"
CHIEF = an_official("chief", "430000", "public-security", "approve")


class Household(Schema):
    identity = String(required=True, metadata={"title": Text("公民身份号码", "Identity number")})
    address = String(required=True, metadata={"title": Text("户籍地址", "Household address")})


HOUSEHOLD = Resource(
    code="household-membership",
    name=Text("户籍成员信息", "Household membership"),
    description=Text("同户人员及其关系", "Who belongs to a household"),
    schema=Household,
    key=("identity",),
    subject=Subject("person", "identity"),
    items=("school-enrolment",),
    example={"identity": "43010419900101001X", "address": "岳麓区"},
)


def told(**changes: Any) -> dict[str, Any]:
    """A declaration as it is announced."""
    declaration = HOUSEHOLD.declaration(json_schema)
    return {"member": PROVIDER, "subsystem": "household", **declaration, **changes}


def heard(sequence: int = 1, service: str = "household", **changes: Any) -> Event:
    data = told(**changes)
    subject = f"{data['code']}/{data['version']}"
    made = event(f"{service}.resource.announced.v1", subject, sequence, data, NOON)
    return received(made, load(ResourceFields(), data))


@pytest.fixture
def store() -> FakeStore:
    opened = FakeStore()
    directory.open_directory(opened, NOON)
    node = announcement(signer(1), member=PROVIDER, service="household")
    directory.take_in(opened, pulses(), node, NOON)
    return opened


def faults(store: FakeStore) -> list[str]:
    call = a_call(CHIEF)
    kept = resources.heard(store, call, PROVIDER)
    return [finding["rule"] for one in kept for finding in one["findings"]]


def test_announced(store: FakeStore) -> None:
    """What a service announces is in the catalogue, and told; again or late, it changes nothing."""
    resources.take_in(store, heard(2), NOON)
    found = reading.resource(store, HOUSEHOLD.code)
    assert (found["provider"], found["subsystem"]) == (PROVIDER, "household")
    assert [v["version"] for v in found["versions"]] == [1] and faults(store) == []
    assert store.sent[-1]["data"] == {
        "code": HOUSEHOLD.code,
        "provider": PROVIDER,
        "subsystem": "household",
        "name": HOUSEHOLD.name.both(),
        "newest": 1,
        "versions": [1],
        "fields": ["identity", "address"],
        "sharing": "conditional",
        "openness": "not-open",
    }
    for repeat in (heard(2), heard(1, sharing="unconditional"), heard(3)):
        resources.take_in(store, repeat, LATER)
    assert reading.resource(store, HOUSEHOLD.code)["version"] == found["version"]


def test_whose(store: FakeStore) -> None:
    """Nobody declares for another's system, for a node that does not know it, or takes a code."""
    with pytest.raises(Forbidden):
        resources.take_in(store, heard(service="impostor"), NOON)
    with pytest.raises(Conflict):
        resources.take_in(store, heard(service="impostor", subsystem="impostor"), NOON)
    resources.take_in(store, heard(), NOON)
    other = announcement(signer(2), member="GOV/education", service="education")
    directory.take_in(store, pulses(), other, NOON)
    taken = heard(service="education", member="GOV/education", subsystem="education")
    resources.take_in(store, taken, NOON)
    assert reading.resource(store, HOUSEHOLD.code)["provider"] == PROVIDER
    call = a_call(an_official("x", "430000", "education"))
    (kept,) = resources.heard(store, call, "GOV/education")
    assert [finding["rule"] for finding in kept["findings"]] == ["code-taken"]
    with pytest.raises(NotFound):
        resources.heard(store, call, PROVIDER)


BASIS = {"zh": "《反间谍法》", "en": "Counter-Espionage Law"}


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("withheld-has-basis", {"sharing": "not-shared"}),
        (
            "withheld-not-open",
            {"sharing": "not-shared", "sharing_basis": BASIS, "openness": "open", "subject": None},
        ),
        ("persons-not-open", {"openness": "open"}),
        ("fields-distinct", {"fields": 2 * [told()["fields"][0]]}),
        ("key-exists", {"key": ["number"]}),
        ("subject-exists", {"subject": {"kind": "person", "field": "number", "also": []}}),
        ("schema-fits", {"schema": {"type": "object"}}),
    ],
)
def test_lint(rule: str, changes: Mapping[str, Any]) -> None:
    """Each rule finds what breaks it, and a good declaration breaks none."""
    loaded = Declared().load(told(**changes))
    assert rule in [finding.rule for finding in findings(loaded)]
    assert not list(findings(Declared().load(told())))


@pytest.mark.parametrize(
    "changes",
    [
        {"sharing": "not-shared"},
        {"update_cycle": "sometimes"},
        {"code": "Household"},
        {"fields": []},
    ],
)
def test_faulty(store: FakeStore, changes: dict[str, Any]) -> None:
    """A faulty declaration is kept with its faults, and what is listed stays as it was."""
    resources.take_in(store, heard(), NOON)
    before = store["resources"].require(HOUSEHOLD.code)
    resources.take_in(store, heard(2, **changes), LATER)
    assert store["resources"].require(HOUSEHOLD.code) == before
    assert faults(store)


def test_compatible(store: FakeStore) -> None:
    """A new field and new words are no new version."""
    resources.take_in(store, heard(), NOON)
    more = {"name": "household_number", "type": "string", "title": {"zh": "户号", "en": "Number"}}
    schema = told()["schema"]
    schema = {**schema, "properties": {**schema["properties"], "household_number": {}}}
    fields = [*told()["fields"], more]
    resources.take_in(store, heard(2, fields=fields, schema=schema), LATER)
    found = reading.resource(store, HOUSEHOLD.code)
    assert [f["name"] for f in found["fields"]] == ["identity", "address", "household_number"]
    assert (found["newest"], len(found["versions"]), faults(store)) == (1, 1, [])


BREAKING: list[dict[str, Any]] = [
    {"fields": told()["fields"][:1]},
    {"fields": [told()["fields"][0], {**told()["fields"][1], "type": "object"}]},
    {"key": ["address"]},
    {"subject": None},
]


@pytest.mark.parametrize("changes", BREAKING)
def test_breaking(store: FakeStore, changes: dict[str, Any]) -> None:
    """What consumers would miss is a new version; both are listed, and can be used."""
    resources.take_in(store, heard(), NOON)
    resources.take_in(store, heard(2, **changes), LATER)
    assert set(faults(store)) == {"breaking-needs-version"}
    resources.take_in(store, heard(1, version=2, **changes), LATER)
    found = reading.resource(store, HOUSEHOLD.code)
    assert [v["version"] for v in found["versions"]] == [1, 2] and found["newest"] == 2
    assert version_of(found, 1) and version_of(found, 2)
    assert store.sent[-1]["data"]["versions"] == [1, 2]
    resources.take_in(store, heard(3, description=told()["name"]), LATER)
    assert reading.resource(store, HOUSEHOLD.code)["newest"] == 2


def test_order(store: FakeStore) -> None:
    """A new version comes after those there are."""
    resources.take_in(store, heard(version=2), NOON)
    resources.take_in(store, heard(version=1), NOON)
    assert faults(store) == ["version-order"]


def move(store: FakeStore, action: Any, caller: Any = CHIEF, version: int = 1) -> Any:
    call = a_call(caller, body={"reason": "数据质量问题"}, now=LATER)
    return action(store, call, HOUSEHOLD.code, version)


def test_withdrawn(store: FakeStore) -> None:
    """A version that its provider withdraws cannot be used, until it is provided again."""
    resources.take_in(store, heard(), NOON)
    with pytest.raises(Forbidden):
        move(store, resources.withdraw, an_official("x", "430104", "public-security", "approve"))
    move(store, resources.withdraw)
    with pytest.raises(NotFound) as refused:
        reading.resource(store, HOUSEHOLD.code)
    assert refused.value.type == "resource-unknown"
    assert store.sent[-1]["type"] == "exchange.resource.withdrawn.v1"
    resources.take_in(store, heard(2, description=told()["name"]), LATER)
    assert store["resources"].require(HOUSEHOLD.code)["state"] == "withdrawn"
    with pytest.raises(NotFound):
        move(store, resources.withdraw)
    move(store, resources.restore)
    assert reading.resource(store, HOUSEHOLD.code)["description"] == told()["name"]
    with pytest.raises(NotFound):
        move(store, resources.restore)


def enter(store: FakeStore, code: str, caller: Any = ADMINISTRATOR, **changes: Any) -> Any:
    body = {k: v for k, v in told(**changes).items() if k not in ("code", "version")}
    return resources.declare(store, a_call(caller, body=body), code, 1)


def test_entered(store: FakeStore) -> None:
    """An administrator enters what an existing system provides; faults are told at their fields."""
    found = enter(store, "land-use", member="CITY/430100", subsystem="records")
    assert (found["provider"], found["versions"][0]["version"]) == ("CITY/430100", 1)
    again = enter(store, "land-use", member="CITY/430100", subsystem="records")
    assert again["version"] == found["version"]
    with pytest.raises(Invalid) as refused:
        enter(store, "land-use", member="CITY/430100", subsystem="records", key=["x"])
    assert [e.pointer for e in refused.value.errors] == ["/key"]
    with pytest.raises(Forbidden):
        enter(store, "land-use", CHIEF)
    with pytest.raises(NotFound):
        enter(store, "land-use", member="CITY/440100", subsystem="records")


def codes(store: FakeStore, **asked: Any) -> list[str]:
    """Codes of all pages of a search, two at a time, as a process that has just started sees it."""
    shelves = Shelves(0, lambda: 0.0)
    found: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": 2, **asked, **({"cursor": cursor} if cursor else {})}
        results = searching.search(store, shelves, query)
        assert len(results.found) <= 2
        found += [one.code for one in results.found]
        cursor = results.next_cursor
        if cursor is None:
            return found


def shelve(store: FakeStore) -> None:
    """What the service does when it hears of its own changes."""
    for told in store.sent:
        if told["type"].startswith("exchange.resource."):
            searching.shelve(store, told["subject"])


def test_found(store: FakeStore) -> None:
    """Found by words in both languages, provider, item, sharing, openness and cycle; all pages."""
    resources.take_in(store, heard(), NOON)
    for number, (member, cycle) in enumerate(
        [("CITY/430100", "daily"), ("COUNTY/430104", "daily"), ("GOV/data", "yearly")]
    ):
        about = {"zh": f"土地利用 {number}", "en": f"Land use {number}"}
        enter(
            store, f"land-{number}", member=member, subsystem="records", name=about,
            description=about, items=[], sharing="unconditional", update_cycle=cycle,
        )  # fmt: skip
    shelve(store)
    assert codes(store) == ["land-0", "land-1", "land-2", HOUSEHOLD.code]
    assert codes(store, q="户籍成员") == codes(store, q="Membership") == [HOUSEHOLD.code]
    assert (
        codes(store, q="土地利用") == codes(store, q="land use") == ["land-0", "land-1", "land-2"]
    )
    assert codes(store, q="土地利用 2")[0] == "land-2"
    assert codes(store, q="星座 占卜") == []
    assert codes(store, sharing="unconditional", update_cycle="daily") == ["land-0", "land-1"]
    assert codes(store, provider="GOV/data") == ["land-2"]
    assert codes(store, item="school-enrolment", openness="not-open") == [HOUSEHOLD.code]
    assert codes(store, q="土地", provider="CITY/430100") == ["land-0"]
    move(store, resources.withdraw)
    shelve(store)
    assert HOUSEHOLD.code not in codes(store)
    with pytest.raises(Invalid):
        searching.search(store, Shelves(0, lambda: 0.0), {"limit": 2, "cursor": "?"})


def test_fresh(store: FakeStore) -> None:
    """A copy in memory is as old as it may be, reads what has changed only, and takes repeats."""
    times = iter([0.0, 0.5, 1.0, 2.0])
    shelves = Shelves(1.0, lambda: next(times))

    def found() -> list[str]:
        results = searching.search(store, shelves, {"limit": 9})
        return [one.code for one in results.found]

    assert found() == []
    resources.take_in(store, heard(), NOON)
    shelve(store)
    shelve(store)
    assert store["shelves"].require(PROVIDER)["version"] == 1
    assert (found(), found()) == ([], [HOUSEHOLD.code])
    enter(store, "land-use", member="CITY/430100", subsystem="records")
    shelve(store)
    assert sorted(found()) == [HOUSEHOLD.code, "land-use"]


@given(st.permutations([1, 2, 3]))
def test_versions_stay(order: list[int]) -> None:
    """Versions stay listed, the newest above; one that comes late is refused."""
    resource: dict[str, Any] | None = None
    for number in order:
        declaration = Declared().load(told(version=number))
        late = resource is not None and number < resource["newest"]
        assert [f.rule for f in obstacles(resource, declaration)] == late * ["version-order"]
        if not late:
            resource = declared(resource, declaration, 1, "household", NOON)
    assert resource is not None and resource["newest"] == 3
    listed = [v["version"] for v in resource["versions"]]
    assert listed == sorted(listed) and listed[-1] == 3
