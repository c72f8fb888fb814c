"""Appending to the log, on the store of unit tests and on the real one."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from prometheus_client import REGISTRY

from services.exchange.domain import log as rules
from services.exchange.domain import lookups
from services.exchange.evidencing import COLLECTIONS
from services.exchange.tests.evidence import (
    Away,
    Clock,
    Failing,
    appender,
    at_once,
    entry,
    outcome,
    pages,
    records,
    settled,
    used,
)
from services.exchange.usecases import appending, following
from shared.errors import Conflict, Unavailable, Unexpected
from shared.store import Database, create_indexes, open_database
from shared.testing import FakeStore

TWO = {"amount": 2, "period": "day"}


@pytest.fixture(scope="module")
def prepared(mongo_uri: str) -> Any:
    database = open_database(mongo_uri, f"evidence-{uuid4().hex[:8]}")
    create_indexes(database, COLLECTIONS)
    return database


@pytest.fixture
def real(prepared: Any) -> Iterator[Database]:
    yield Database(prepared, COLLECTIONS, lambda outgoing: None)
    eventlet.sleep(2 * appending.BREATH)  # nobody copies any more
    for name in COLLECTIONS:
        prepared[name].delete_many({})


@pytest.fixture(params=["fake", "real"])
def store(request: pytest.FixtureRequest) -> Any:
    return FakeStore() if request.param == "fake" else request.getfixturevalue("real")


def test_append(store: Any) -> None:
    """A receipt says where the record is; it is there, complete, and chained to those before."""
    log = appender(store)
    first, second = log.append(entry("one")), log.append(entry("two", item=None))
    assert [r["id"] for r in records(store)] == ["one", "two"]
    assert (first.index, first.page, second.index, second.page) == (0, 0, 1, 1)
    assert records(store) == [first.record, second.record]
    assert first.record["previous"] == {"consumer": None, "provider": None}
    assert second.record["previous"] == {"consumer": first.leaf, "provider": first.leaf}
    assert second.record["keys_root"] is second.record["item"] is None


def test_chains(store: Any) -> None:
    """Each node's chain runs through all its records, on whichever side it stands."""
    log = appender(store)
    one = log.append(entry())
    two = log.append(entry(consumer="CITY/430100/housing", provider="GOV/education"))
    three = log.append(entry(consumer="GOV/public-security/household", provider=None))
    assert two.record["previous"] == {"consumer": None, "provider": one.leaf}
    assert three.record["previous"] == {"consumer": one.leaf, "provider": None}
    records(store)


def test_together(store: Any) -> None:
    """What waits together is written together, in the order in which it came."""
    log = appender(store)
    calls = [lambda n=n: log.append(entry(f"id-{n}")) for n in range(300)]
    receipts = at_once(*calls)
    assert [r.index for r in receipts] == list(range(300))
    assert [r["id"] for r in records(store)] == [f"id-{n}" for n in range(300)]
    assert [page["count"] for page in pages(store)] == [128, 128, 44]


def test_lookups(store: Any) -> None:
    """A page is found by its subjects, ids, parties and blocks."""
    log = appender(store)
    log.append(entry("one", subjects=["s1", "s2"], provider="COUNTY/430104"))
    log.append(entry("two", subjects=[]))
    for lookup, expected in (
        (lookups.of_subject("s2"), [0]),
        (lookups.of_request("two"), [1]),
        (lookups.of_party("COUNTY/430104", 0), [0]),
        (lookups.of_party("GOV/education", 0), [0, 1]),
        (lookups.of_block(0), [0, 1]),
        (lookups.of_block(1), []),
    ):
        assert sorted(p["n"] for p in store["pages"].find({"lookups": lookup})) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"salt": "short"},
        {"payload": {"name": "张伟"}},
        {"outcome": "refused"},
        {"attempt": True},
        {"attempt": 0},
        {"subjects": "s"},
        {"consumer": "education"},
        {"provider": "education"},
        {"case": "x" * 40_000},
        {"case": "\ud800"},
        {"request": None},
    ],
)
def test_no_record(wrong: dict[str, Any]) -> None:
    """What is no record is refused at once, and nobody else suffers."""
    store = FakeStore()
    log = appender(store)
    with pytest.raises(ValueError):
        log.append(entry(**wrong))
    log.append(entry())
    assert len(records(store)) == 1


def test_quota(store: Any) -> None:
    """As much as is allowed succeeds; the rest is refused, and the refusals are in the log."""
    log = appender(store)
    found = at_once(*[lambda: log.append(entry(quota=TWO)) for _ in range(5)])
    assert [isinstance(f, Conflict) for f in found] == [False, False, True, True, True]
    assert {f.type for f in found[2:]} == {"quota-exhausted"}
    assert found[2].extensions["evidence"]["index"] == 2
    assert [r["outcome"] for r in records(store)] == ["answered"] * 2 + [
        "refused:quota-exhausted"
    ] * 3
    refusal = records(store)[2]
    assert refusal["response"] is refusal["provider_signature"] is None
    assert (used(store), log.used("grant-1", "day")) == (2, 2)


def test_quota_by_keys(store: Any) -> None:
    """A batch takes as many as it has keys, or nothing."""
    log = appender(store)
    quota = {"amount": 10, "period": "total"}
    log.append(entry(count=7, quota=quota))
    with pytest.raises(Conflict):
        log.append(entry(count=4, quota=quota))
    log.append(entry(count=3, quota=quota))
    assert log.used("grant-1", "total") == 10


def test_quota_is_of_a_grant(store: Any) -> None:
    """Refusals, failures and other grants take nothing."""
    log = appender(store)
    log.append(entry(outcome="failed:provider-unavailable", response=None, quota=TWO))
    log.append(entry(outcome="refused:grant-expired", response=None, quota=TWO))
    log.append(entry(grant="grant-2", quota=TWO))
    log.append(entry(outcome="not-found", quota=TWO))
    log.append(entry(quota=TWO))
    with pytest.raises(Conflict):
        log.append(entry(quota=TWO))


def test_periods(store: Any) -> None:
    """A day's quota begins anew at midnight in China, a month's with the month; a total never. A
    process whose clock is behind counts with the day before, as others have."""
    clock = Clock()
    log = appender(store, clock)
    for days, period, allowed in (
        (0, "day", True), (0, "day", True), (0, "day", False), (1, "day", True), (0, "day", False),
        (0, "month", False), (30, "month", True), (30, "total", False),
    ):  # fmt: skip
        clock.now = Clock().now + timedelta(days=days)
        found = outcome(lambda p=period: log.append(entry(quota={"amount": 2, "period": p})))
        assert isinstance(found, appending.Receipt) == allowed, (days, period)
    midnight = Clock().now.replace(hour=16, minute=0)
    clock.now = midnight - timedelta(milliseconds=124)
    assert log.used("grant-1", "day") == 2
    clock.now = midnight
    assert log.used("grant-1", "day") == 1


def test_replayed(store: Any) -> None:
    """A consumer's attempt counts once, whoever is asked; what was refused was no attempt."""
    one, other = appender(store), appender(store)
    one.append(entry("x"))
    for log in (one, other):
        with pytest.raises(Conflict) as refusal:
            log.append(entry("x"))
        assert refusal.value.type == "replayed"
    other.append(entry("x", attempt=2))
    one.append(entry("x", consumer="GOV/health/health"))
    one.append(entry("y", outcome="refused:grant-expired"))
    one.append(entry("y"))
    found = at_once(lambda: one.append(entry("z")), lambda: one.append(entry("z")))
    assert [isinstance(f, Conflict) for f in found] == [False, True]
    records(store)


def test_known(store: Any) -> None:
    """The records of a request are known in every process, for ten minutes."""
    clock = Clock()
    one, other = appender(store, clock), appender(store, clock)
    assert one.known("x") == other.known("x") == []
    first = one.append(entry("x"))
    clock.now += timedelta(minutes=6)
    second = other.append(entry("x", attempt=2))
    assert one.known("x") == other.known("x") == [first, second]
    clock.now += timedelta(minutes=6)
    one.append(entry("y"))
    assert one.known("x") == other.known("x") == [second]


def test_several(store: Any) -> None:
    """Several appenders keep one log: no gap, no repeat, the quota exact."""
    logs = [appender(store) for _ in range(3)]
    quota = {"amount": 20, "period": "day"}
    calls = [lambda log=logs[n % 3]: log.append(entry(quota=quota)) for n in range(60)]
    found = at_once(*calls)
    receipts = [f for f in found if isinstance(f, appending.Receipt)]
    assert (len(receipts), used(store), len(records(store))) == (20, 20, 60)
    by_index = dict(enumerate(records(store)))
    assert all(by_index[r.index] == r.record for r in receipts)


def test_restart(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new process knows what the last one knew: chains, quotas, attempts."""
    monkeypatch.setattr(following, "SNAPSHOT_EVERY", 4)
    first = appender(store)
    for n in range(9):
        first.append(entry(f"id-{n}", quota={"amount": 10, "period": "day"}))
    settled(first)
    assert store["snapshots"].get("state")["state"]["pages"] == 8
    again = appender(store)
    assert [known.record for known in again.known("id-3")] == [records(store)[3]]
    with pytest.raises(Conflict):
        again.append(entry("id-8"))
    again.append(entry(quota={"amount": 10, "period": "day"}))
    with pytest.raises(Conflict):
        again.append(entry(quota={"amount": 10, "period": "day"}))
    assert len(records(store)) == 12
    assert again.checkpoint() == first.checkpoint()


def test_forged_snapshot(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot that somebody changed is not believed."""
    monkeypatch.setattr(following, "SNAPSHOT_EVERY", 2)
    log = appender(store)
    for _ in range(2):
        log.append(entry(quota=TWO))
    settled(log)
    kept = store["snapshots"].get("state")
    store["snapshots"].put_many([{**kept, "state": {**kept["state"], "used": {}}}])
    with pytest.raises(Conflict):
        appender(store).append(entry(quota=TWO))
    records(store)


@pytest.mark.parametrize("change", ["byte", "removed", "resigned", "recent"])
def test_tampered(store: Any, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is ever written on top of a log that was changed, and operators hear of each try."""
    monkeypatch.setattr(following, "SNAPSHOT_EVERY", 3 if change == "recent" else 256)
    log = appender(store)
    for _ in range(4):
        log.append(entry())
    page = store["pages"].get(rules.page_id(1))
    texts = [page["records"][0].replace("household", "housebold")]
    if change == "removed":
        store["pages"].remove(page["_id"])
    elif change == "byte":
        store["pages"].put_many([{**page, "records": texts}])
    else:
        store["pages"].put_many([{**page, "at": "2026-11-23T04:00:00.124Z"}])
    failed = pages_failed()
    with pytest.raises(Unexpected):
        appender(store).append(entry())
    with pytest.raises(rules.Broken):
        appender(store).known("a request")
    assert pages_failed() == failed + 2
    assert len(pages(store)) == (3 if change == "removed" else 4)


def pages_failed() -> float:
    told = {"outcome": "failed"}
    return float(REGISTRY.get_sample_value("government_exchange_pages_total", told) or 0)


def test_away(mongo_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the database is away nothing is released; afterwards it goes on."""
    monkeypatch.setattr("shared.store.connection.SELECTION_TIMEOUT", 200)
    nowhere = open_database("mongodb://127.0.0.1:1/", "away")
    log = appender(Database(nowhere, COLLECTIONS, lambda outgoing: None))
    for found in at_once(*[lambda: log.append(entry()) for _ in range(3)]):
        assert isinstance(found, Unavailable)


def test_away_meanwhile(store: Any) -> None:
    """An absence in between leaves nothing half written, and hurts only those who wait then."""
    log = appender(store)
    log.append(entry("one"))
    log._follower._store = log._store = Away()
    with pytest.raises(Unavailable):
        log.append(entry("two"))
    log._follower._store = log._store = store
    log.append(entry("three"))
    assert [r["id"] for r in records(store)] == ["one", "three"]


@pytest.mark.parametrize("done", [False, True])
def test_confirmation_lost(store: Any, done: bool) -> None:
    """Where the confirmation of a write is lost, the log itself says whether it was done."""
    failing = Failing(store, 2, done=done, error=Unavailable())
    log = appender(failing)
    log.append(entry("one"))
    found = outcome(lambda: log.append(entry("two")))
    assert isinstance(found, appending.Receipt if done else Unavailable)
    log.append(entry("three"))
    expected = ["one", "two", "three"] if done else ["one", "three"]
    assert [r["id"] for r in records(store)] == expected


def test_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has waited too long is told so, and is not written afterwards."""
    monkeypatch.setattr(appending, "PATIENCE", 0.01)
    store = FakeStore()
    log = appender(store)
    log._busy = True
    with pytest.raises(Unavailable):
        log.append(entry("late"))
    log._busy = False
    log.append(entry("next"))
    assert [r["id"] for r in records(store)] == ["next"]
