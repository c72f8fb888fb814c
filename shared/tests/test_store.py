"""One behaviour for the store of unit tests and the real one, on a real database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from shared.documents import INBOX_LENGTH, Change, Document
from shared.errors import (
    Duplicate,
    IdempotencyMismatch,
    Invalid,
    NotFound,
    Stale,
    Unavailable,
)
from shared.events import Event, event
from shared.pausing import hold, holds, kept_since, let_go
from shared.relay import Outgoing
from shared.store import (
    Database,
    Index,
    answers,
    create_indexes,
    forget_published,
    keep_published,
    left_behind,
    mark_published,
    once,
    open_database,
    published,
)
from shared.store.values import Replaced, documents_of, replace_values
from shared.testing import FakeStore
from shared.text import Text

NOW = datetime(2026, 11, 23, 4, 0, 0, 123000, UTC)
COLLECTIONS = {
    "things": [
        Index.on("slug", unique=True, sparse=True),
        Index.on("owner", "-made"),
        Index.on("tags"),
        Index.on("size", sparse=True),
        Index.on("owner.name"),
    ],
    "others": [],
}


class Real(Database):
    """The real store, which remembers what it offers to the relay."""

    def __init__(self, database: Any) -> None:
        self.offered: list[Outgoing] = []
        super().__init__(database, COLLECTIONS, self.offered.append)
        self.raw = database


@pytest.fixture(scope="module")
def prepared(mongo_uri: str) -> Any:
    """A database of its own with its indexes; creating them twice is harmless."""
    database = open_database(mongo_uri, f"test-{uuid4().hex[:8]}")
    create_indexes(database, COLLECTIONS)
    create_indexes(database, COLLECTIONS)
    return database


@pytest.fixture
def real(prepared: Any) -> Iterator[Real]:
    yield Real(prepared)
    for name in COLLECTIONS:
        prepared[name].delete_many({})


@pytest.fixture(params=["fake", "real"])
def store(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return FakeStore(unique={"things": [("slug",)]})
    return request.getfixturevalue("real")


@pytest.fixture
def things(store: Any) -> Any:
    return store["things"]


def told(subject: str, sequence: int) -> dict[str, Any]:
    return event("things.thing.changed.v1", subject, sequence, {}, NOW)


def heard(number: int) -> Event:
    return Event(f"heard-{number}", "a.b.c.v1", "/a", "x", NOW, number, {})


def names(found: Any) -> list[str]:
    return [d["_id"] for d in found]


BODY: dict[str, Any] = {
    "_id": "1",
    "text": "张 $gt . \n",
    "number": 2**53 - 1,
    "ratio": 0.1,
    "flag": False,
    "nothing": None,
    "made": NOW,
    "sealed": b"\0\xff",
    "list": [1, "two", {"three": [3]}],
    "tree": {"a": {"b": {"$gt": 1, "c.d": 2}}, "": 0},
    "empty": {},
}


def test_round_trip(things: Any) -> None:
    """What is added is what is read, whatever its types; it has version 1."""
    added = things.add(BODY)
    assert dict(added) == dict(things.get("1")) == {**BODY, "version": 1}
    read = things.require("1")
    assert read["made"].utcoffset() == timedelta()
    assert isinstance(read["sealed"], bytes)


def test_text(things: Any) -> None:
    """A bilingual text is stored as its English; who wants both stores `both()`."""
    things.add({"_id": "1", "text": Text("一", "one"), "both": Text("一", "one").both()})
    read = things.get("1")
    assert type(read["text"]) is str
    assert (read["text"], read["both"]) == ("one", {"zh": "一", "en": "one"})


def test_tuple(things: Any) -> None:
    """A tuple comes back as a list."""
    things.add({"_id": "1", "pair": (1, (2,))})
    assert things.get("1")["pair"] == [1, [2]]


def test_times(things: Any) -> None:
    """Times come back in UTC, to the millisecond."""
    china = timezone(timedelta(hours=8))
    things.add({"_id": "1", "at": datetime(2026, 11, 23, 12, 0, 0, 123456, china)})
    read = things.get("1")["at"]
    assert (read, read.utcoffset()) == (NOW, timedelta())


@pytest.mark.parametrize("value", [date(2026, 11, 23), {1}, Decimal(1), object()])
def test_not_storable(things: Any, value: Any) -> None:
    """What BSON can't keep is refused, not bent."""
    with pytest.raises(Exception, match=r"annot"):
        things.add({"_id": "1", "value": [value]})
    assert things.get("1") is None


def test_missing(things: Any) -> None:
    """What is not there is None, or NotFound where it is required."""
    assert things.get("1") is None
    with pytest.raises(NotFound):
        things.require("1")
    assert things.remove("1") is False


def test_independence(things: Any) -> None:
    """What is in hand is a copy: changing it changes nothing that is stored."""
    body: dict[str, Any] = {"_id": "1", "list": [1]}
    things.add(body)["list"].append(2)
    body["list"].append(3)
    things.get("1")["list"].append(4)
    assert things.get("1")["list"] == [1]


def test_duplicate(things: Any) -> None:
    """An id or a unique key is taken once; the first stays as it was."""
    things.add({"_id": "1", "slug": "a"})
    for taken in ({"_id": "1"}, {"_id": "2", "slug": "a"}):
        with pytest.raises(Duplicate):
            things.add(taken)
    things.add({"_id": "3"})
    things.add({"_id": "4"})
    with pytest.raises(Duplicate):
        things.save(things.get("3"), {**things.get("3"), "slug": "a"})
    assert things.get("1")["slug"] == "a"
    assert "slug" not in things.get("3")
    assert things.get("3")["version"] == 1


def test_duplicate_member(things: Any) -> None:
    """Each member of a list under a unique key is taken; what is given up is free."""
    first = things.add({"_id": "1", "slug": ["a", "b"]})
    second = things.add({"_id": "2", "slug": ["c"]})
    for taken in (["b", "d"], "a"):
        with pytest.raises(Duplicate):
            things.add({"_id": "3", "slug": taken})
        with pytest.raises(Duplicate):
            things.save(second, {**second, "slug": taken})
    things.save(first, {"_id": "1", "slug": ["a"]})
    assert things.save(second, {**second, "slug": ["c", "b"]})["slug"] == ["c", "b"]


def test_ensure(things: Any) -> None:
    """Ensuring adds, or gives what is there; another one's unique key is still taken."""
    assert things.ensure({"_id": "1", "slug": "a"})["slug"] == "a"
    assert things.ensure({"_id": "1", "slug": "b"})["slug"] == "a"
    with pytest.raises(Duplicate):
        things.ensure({"_id": "2", "slug": "a"})


def test_save(things: Any) -> None:
    """A save writes what differs, removes what is gone, and goes one version on."""
    before = things.add({"_id": "1", "a": 1, "b": 2, "c": {"d": 1}})
    after = {"_id": "1", "a": 1, "c": {"e": 2}, "f": NOW}
    saved = things.save(before, after)
    assert dict(saved) == dict(things.get("1")) == {**after, "version": 2}


def test_save_again(things: Any) -> None:
    """What a save returns can be saved on."""
    saved = things.add({"_id": "1", "n": 0})
    for n in range(1, 4):
        saved = things.save(saved, {**saved, "n": n}, [told("1", n)])
    assert (saved["n"], saved["version"]) == (3, 4)
    assert dict(things.get("1")) == dict(saved)
    assert [e["sequence"] for e in things.get("1").outbox] == [1, 2, 3]
    assert [e["sequence"] for e in saved.outbox] == [1, 2, 3]


def test_stale(things: Any) -> None:
    """Of two who saw the same version one saves; the other changes nothing."""
    one, other = things.add({"_id": "1", "n": 0}), things.get("1")
    things.save(one, {**one, "n": 1})
    with pytest.raises(Stale):
        things.save(other, {**other, "n": 2}, [told("1", 2)])
    assert things.get("1")["n"] == 1
    assert things.get("1").outbox == []


def test_remove_many(things: Any) -> None:
    """Those that there are, are gone; the others stay."""
    for id_ in "abc":
        things.add({"_id": id_})
    things.remove_many(["a", "c", "none"])
    things.remove_many([])
    assert [one["_id"] for one in things.each({})] == ["b"]


def test_save_removed(things: Any) -> None:
    """What has been removed can't be saved."""
    one = things.add({"_id": "1"})
    assert things.remove("1") is True
    with pytest.raises(NotFound):
        things.save(one, {**one, "n": 1})


def test_received_once(things: Any) -> None:
    """An event has its effect once, however often and late it comes."""
    one = things.add({"_id": "1", "n": 0})
    first = things.save(one, {**one, "n": 1}, [told("1", 1)], received=heard(1))
    assert first.has_received("heard-1")
    for before in (one, first, things.get("1")):
        again = things.save(before, {**before, "n": 5}, [told("1", 2)], received=heard(1))
        assert (again["n"], again["version"]) == (1, 2)
    assert [e["sequence"] for e in things.get("1").outbox] == [1]
    with pytest.raises(Stale):
        things.save(one, {**one, "n": 2}, received=heard(2))


def test_received_when_added(things: Any) -> None:
    """A document that is made because of an event remembers it."""
    one = things.add({"_id": "1", "n": 0}, received=heard(1))
    assert things.get("1").has_received("heard-1")
    assert things.save(one, {**one, "n": 1}, received=heard(1))["n"] == 0


def test_inbox_is_bounded(things: Any) -> None:
    """The newest events are remembered, the oldest forgotten."""
    one = things.add({"_id": "1"})
    for n in range(INBOX_LENGTH + 2):
        one = things.save(one, {**one, "n": n}, received=heard(n))
    inbox = things.get("1").inbox
    assert len(inbox) == INBOX_LENGTH
    assert (inbox[0], inbox[-1]) == ("heard-2", f"heard-{INBOX_LENGTH + 1}")


def test_internals_are_hidden(things: Any) -> None:
    """Callers see neither outbox nor inbox, wherever a document comes from."""
    things.add({"_id": "1", "owner": "a"}, [told("1", 1)], received=heard(1))
    seen = [
        things.get("1"),
        *things.find({"owner": "a"}),
        *things.page({"owner": "a"}).items,
        things.ensure({"_id": "1"}),
    ]
    for document in seen:
        assert document.keys() == {"_id", "owner", "version"}


CATALOGUE: list[dict[str, Any]] = [
    {"_id": "a", "size": 1, "tags": ["x", "y"], "owner": {"name": "z"}, "made": NOW},
    {"_id": "b", "size": 2, "tags": [], "owner": {"name": "w"}, "made": NOW + timedelta(days=1)},
    {"_id": "c", "size": 2, "tags": ["y"], "owner": {"name": "z"}, "parts": [{"n": 1}, {"n": 2}]},
    {"_id": "d", "tags": None, "owner": {}},
    {"_id": "e", "size": None, "owner": None, "parts": [{"n": 3}]},
]


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({}, "abcde"),
        ({"size": 2}, "bc"),
        ({"size": 2, "tags": "y"}, "c"),
        ({"tags": "y"}, "ac"),
        ({"tags": ["x", "y"]}, "a"),
        ({"tags": []}, "b"),
        ({"tags": {"$in": ["x", "q"]}}, "a"),
        ({"size": {"$in": [1, 7]}}, "a"),
        ({"size": {"$in": []}}, ""),
        ({"size": {"$gt": 1}}, "bc"),
        ({"size": {"$gte": 1, "$lt": 2}}, "a"),
        ({"size": {"$lte": 2}}, "abc"),
        ({"size": {"$ne": 2}}, "ade"),
        ({"size": {"$exists": True}}, "abce"),
        ({"size": {"$exists": False}}, "d"),
        ({"size": None}, "de"),
        ({"tags": {"$ne": "y"}}, "bde"),
        ({"owner.name": "z"}, "ac"),
        ({"owner.name": {"$exists": True}}, "abc"),
        ({"parts.n": 2}, "c"),
        ({"parts.n": {"$gt": 1}}, "ce"),
        ({"made": {"$gt": NOW}}, "b"),
        ({"made": {"$lte": NOW}}, "a"),
        ({"_id": {"$in": ["e", "a", "z"]}}, "ae"),
        ({"_id": {"$gt": "c"}}, "de"),
        ({"missing": 1}, ""),
    ],
)
def test_filters(things: Any, filter_: dict[str, Any], expected: str) -> None:
    """The filters of the house mean the same in both stores; counting agrees with finding."""
    things.add_many(CATALOGUE)
    assert names(things.find(filter_, sort=[("_id", 1)])) == list(expected)
    assert things.count(filter_) == len(expected)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ([("_id", -1)], "edcba"),
        ([("size", 1), ("_id", 1)], "deabc"),
        ([("size", -1), ("_id", 1)], "bcade"),
        ([("made", -1), ("_id", -1)], "baedc"),
    ],
)
def test_sort(things: Any, sort: list[tuple[str, int]], expected: str) -> None:
    """What is missing or null sorts before everything else."""
    things.add_many(CATALOGUE)
    assert names(things.find({}, sort=sort)) == list(expected)
    assert names(things.find({}, sort=sort, limit=2)) == list(expected[:2])


def test_fields(things: Any) -> None:
    """A list can be asked for some fields only."""
    things.add_many(CATALOGUE)
    assert [dict(d) for d in things.find({"_id": "a"}, fields=["size", "missing"])] == [
        {"_id": "a", "size": 1}
    ]
    (found,) = things.page({"_id": "a"}, order=("size", 1), fields=["tags"]).items
    assert dict(found) == {"_id": "a", "size": 1, "tags": ["x", "y"]}


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("order", ["_id", "size", "made", "name"])
@pytest.mark.parametrize("limit", [1, 3, 10, 11])
def test_pages(things: Any, order: str, direction: int, limit: int) -> None:
    """The pages of a list are the list, each once and in order, however many tie."""
    documents = [
        {"_id": str(n), "owner": "o", "size": n // 4, "made": NOW + timedelta(days=n % 2),
         "name": f"n{n % 3}"}
        for n in range(10)
    ]  # fmt: skip
    things.add_many([*documents, {"_id": "x", "owner": "p", "size": 0, "made": NOW, "name": "n"}])
    key = [(order, direction), ("_id", direction)] if order != "_id" else [(order, direction)]
    whole = names(things.find({"owner": "o"}, sort=key))
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = things.page({"owner": "o"}, order=(order, direction), limit=limit, cursor=cursor)
        seen += names(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
        assert len(page.items) == limit
    assert seen == whole
    assert sorted(seen) == [str(n) for n in range(10)]


def test_page_goes_on(things: Any) -> None:
    """What is added or removed meanwhile neither repeats nor hides the rest."""
    things.add_many([{"_id": i, "owner": "o"} for i in "bdfh"])
    first = things.page({"owner": "o"}, limit=2)
    things.remove("d")
    things.add({"_id": "a", "owner": "o"})
    things.add({"_id": "g", "owner": "o"})
    second = things.page({"owner": "o"}, limit=5, cursor=first.next_cursor)
    assert (names(first.items), names(second.items)) == (["b", "d"], ["f", "g", "h"])
    assert second.next_cursor is None


def test_forged_cursor(things: Any) -> None:
    """A cursor that is none of ours is a faulty field."""
    with pytest.raises(Invalid):
        things.page({}, cursor="x")


def test_put_many(things: Any) -> None:
    """Reference data is inserted or replaced as a whole."""
    things.put_many([])
    things.put_many([{"_id": "1", "a": 1}, {"_id": "2"}])
    things.put_many([{"_id": "1", "b": 1}, {"_id": "3", "version": 7}])
    assert dict(things.get("1")) == {"_id": "1", "b": 1, "version": 1}
    assert things.get("3")["version"] == 7
    assert things.count({}) == 3


def test_add_many(things: Any) -> None:
    """New documents go in at version 1, and one that is taken is told."""
    things.add_many([])
    things.add_many([{"_id": "1"}, {"_id": "2"}])
    assert things.get("2")["version"] == 1
    with pytest.raises(Duplicate):
        things.add_many([{"_id": "1"}])


def test_once(things: Any) -> None:
    """The same request makes one document; another one under its key is refused."""
    body = {"_id": "1", "n": 1}
    first = once(things, body, "digest-1", [told("1", 1)])
    moved = things.save(first, {**first, "n": 2})
    assert dict(once(things, body, "digest-1", [told("1", 1)])) == dict(moved)
    with pytest.raises(IdempotencyMismatch):
        once(things, body, "digest-2")
    assert [e["sequence"] for e in things.get("1").outbox] == [1]


def test_files(store: Any) -> None:
    """A file is kept with what it is; an id is taken once."""
    data = bytes(range(256)) * 2000
    store.files.put("f1", data, filename="证.pdf", media_type="application/pdf", owner="zhang")
    content, meta = store.files.get("f1")
    assert content == data
    assert meta == {"filename": "证.pdf", "media_type": "application/pdf", "owner": "zhang"}
    with pytest.raises(Duplicate):
        store.files.put("f1", b"", filename="x", media_type="text/plain", owner="li")
    with pytest.raises(NotFound):
        store.files.get("f2")


def test_fake_sends() -> None:
    """The fake store shows what would be published, once, and nothing of a refused write."""
    fake = FakeStore()
    one = fake["things"].add({"_id": "1"}, [told("1", 1)])
    fake["things"].ensure({"_id": "1"}, [told("1", 1)])
    fake["things"].save(one, {**one, "n": 1}, [told("1", 2)])
    with pytest.raises(Stale):
        fake["things"].save(one, {**one, "n": 1}, [told("1", 3)])
    assert [e["sequence"] for e in fake.sent] == [1, 2]


def test_offers(real: Real) -> None:
    """What has events is offered to the relay with all that is unpublished, with the trace."""
    traced = real.traced("00-trace-parent-01")
    one = traced["things"].add({"_id": "1"}, [told("1", 1)])
    two = traced["things"].save(one, {**one, "n": 1}, [told("1", 2)])
    traced["things"].save(two, {**two, "n": 2})
    assert [o.token for o in real.offered] == [told("1", 1)["id"], told("1", 2)["id"]]
    assert [e["sequence"] for e in real.offered[-1].events] == [1, 2]
    assert {e["traceparent"] for e in real.offered[-1].events} == {"00-trace-parent-01"}
    assert "traceparent" not in told("1", 1)


def test_marks(real: Real) -> None:
    """Only an outbox whose newest event is published is emptied."""
    one = real["things"].add({"_id": "1"}, [told("1", 1)])
    two = real["things"].add({"_id": "2"}, [told("2", 1)])
    real["things"].save(two, {**two, "n": 1}, [told("2", 2)])
    mark_published(real.raw, "things", ["1", "2"], [one.outbox[-1]["id"], two.outbox[-1]["id"]])
    assert real["things"].require("1").outbox == []
    assert [e["sequence"] for e in real["things"].require("2").outbox] == [1, 2]
    assert "pending" not in real.raw["things"].find_one({"_id": "1"})


def test_published(real: Real) -> None:
    """What was published is found by its time, once though kept twice, until it is old."""
    events, later = [told("1", 1), told("1", 2)], NOW + timedelta(hours=1)
    keep_published(real.raw, events, NOW)
    keep_published(real.raw, events, NOW)
    keep_published(real.raw, [told("2", 1)], later)
    assert [e["id"] for e in published(real.raw, None)][:2] == [e["id"] for e in events]
    assert [e["id"] for e in published(real.raw, later)] == [told("2", 1)["id"]]
    assert forget_published(real.raw, later) == 1
    assert forget_published(real.raw, later) == 0
    assert [e["id"] for e in published(real.raw, None)] == [told("2", 1)["id"]]


def test_held(real: Real) -> None:
    """While a queue is paused somewhere, what was published since a day before is not forgotten."""
    own, day = Database(real.raw, {"platform": ()}, real.offered.append), timedelta(days=1)
    for age in (9, 5, 3):
        keep_published(real.raw, [told(f"{age} days", 1)], NOW - age * day)
    hold(own, "other.queue", NOW - 5 * day, day)
    forget_published(real.raw, kept_since(holds(own).values(), NOW, day))
    there = {event["subject"] for event in published(real.raw, None)}
    assert there >= {"5 days", "3 days"} and "9 days" not in there
    let_go(own, "other.queue", NOW)
    forget_published(real.raw, kept_since(holds(own).values(), NOW + day, day))
    assert not {event["subject"] for event in published(real.raw, None)} & there - {"2"}
    own["platform"].remove("held")


def test_replaced(real: Real) -> None:
    """A value is replaced only where it is still the one that was read; the version stays."""
    for id_ in ("1", "2"):
        real["things"].add({"_id": id_, "form": b"old", "people": [{"s": b"a"}, {"s": b"b"}]})
    written = real["things"].require("2")
    real["things"].save(written, {**written, "form": b"by another"})
    values = {"form": (b"old", b"new"), "people.1.s": (b"b", b"c")}
    changes = [Replaced(id_, values) for id_ in ("1", "2")]
    assert replace_values(real.raw, "things", changes) == 1
    one, two = real["things"].require("1"), real["things"].require("2")
    assert (one["form"], one["people"], one["version"]) == (b"new", [{"s": b"a"}, {"s": b"c"}], 1)
    assert (two["form"], two["people"][1]) == (b"by another", {"s": b"b"})
    assert [d["_id"] for d in documents_of(real.raw, "things")] == ["1", "2"]


def test_left_behind(real: Real) -> None:
    """What is unpublished for long is found in every collection; the young is not."""
    real["things"].add({"_id": "1"}, [told("1", 1)])
    real["things"].add({"_id": "2"})
    real["others"].add({"_id": "3"}, [told("3", 1)])
    later = NOW + timedelta(seconds=1)
    found = list(left_behind(real.raw, COLLECTIONS, later, 10))
    assert {(o.collection, o.id, o.token) for o in found} == {
        ("things", "1", told("1", 1)["id"]),
        ("others", "3", told("3", 1)["id"]),
    }
    assert [e["sequence"] for e in found[0].events] == [1]
    assert list(left_behind(real.raw, COLLECTIONS, NOW, 10)) == []
    mark_published(real.raw, "things", ["1"], [told("1", 1)["id"]])
    assert [o.id for o in left_behind(real.raw, COLLECTIONS, later, 10)] == ["3"]


def test_undeclared(real: Real) -> None:
    """A service reaches no collection that it has not declared."""
    with pytest.raises(KeyError):
        real["secrets"]


def test_plans(real: Real) -> None:
    """Equality and the outbox are found by index."""
    real["things"].add_many([{"_id": str(n), "size": n} for n in range(20)])
    for filter_ in ({"size": 3}, {"pending": {"$gt": ""}}):
        assert "IXSCAN" in str(real["things"].explain(filter_))


def test_away(mongo_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no database answers, everything says so within the time limit."""
    monkeypatch.setattr("shared.store.connection.SELECTION_TIMEOUT", 200)
    away = open_database("mongodb://127.0.0.1:1/", "away")
    assert not answers(away)
    assert answers(open_database(mongo_uri, "here"))
    store = Database(away, COLLECTIONS, lambda outgoing: None)
    document = Document({"_id": "1", "version": 1})
    for attempt in (
        lambda: store["things"].get("1"),
        lambda: store["things"].find({}),
        lambda: store["things"].add({"_id": "1"}),
        lambda: store["things"].ensure({"_id": "1"}),
        lambda: store["things"].save(document, {"_id": "1"}),
        lambda: store["things"].put_many([{"_id": "1"}]),
        lambda: store.files.get("f"),
        lambda: mark_published(away, "things", ["1"], ["e"]),
        lambda: create_indexes(away, COLLECTIONS),
    ):
        with pytest.raises(Unavailable):
            attempt()


def test_get_many(things: Any) -> None:
    """Those that exist, by id."""
    for id_ in "ab":
        things.add({"_id": id_})
    assert things.get_many(["a", "b", "c"]).keys() == {"a", "b"}
    assert things.get_many([]) == {}


def test_each(things: Any) -> None:
    """All that match, however many."""
    things.add_many([{"_id": str(n), "even": n % 2 == 0} for n in range(1200)])
    assert {d["_id"] for d in things.each({"even": True})} == {str(n) for n in range(0, 1200, 2)}


def test_save_many(things: Any) -> None:
    """New and changed documents are written together, each with its events."""
    kept = things.add({"_id": "a", "n": 1})
    things.save_many([Change(kept, {**kept, "n": 2}, [told("a", 1)]), Change(None, {"_id": "b"})])
    assert (things.get("a")["n"], things.get("a")["version"]) == (2, 2)
    assert [e["subject"] for e in things.get("a").outbox] == ["a"]
    assert things.get("b")["version"] == 1
    things.save_many([])


def test_save_many_stale(things: Any) -> None:
    """Who was overtaken is told; what others have written stays, and the rest is written."""
    old = things.add({"_id": "a", "n": 1})
    things.save(old, {**old, "n": 5})
    with pytest.raises(Stale):
        things.save_many([Change(old, {**old, "n": 2}), Change(None, {"_id": "b"})])
    with pytest.raises(Stale):
        things.save_many([Change(None, {"_id": "b", "n": 9}), Change(None, {"_id": "c"})])
    assert things.get("a")["n"] == 5
    assert "n" not in things.get("b")
    assert things.get("c")["version"] == 1


def test_save_many_offers(real: Real) -> None:
    """What many writes have to publish is offered to the relay at once."""
    kept = real["things"].add({"_id": "a"}, [told("a", 1)])
    real.offered.clear()
    changes = [Change(kept, {**kept, "n": 2}, [told("a", 2)]), Change(None, {"_id": "b"})]
    real["things"].save_many(changes)
    assert [(o.id, len(o.events)) for o in real.offered] == [("a", 2)]
