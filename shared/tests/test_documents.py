"""How documents are written: cursors, and the write that makes one document the next."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.documents import (
    INBOX_LENGTH,
    Document,
    decode_cursor,
    encode_cursor,
    inserted,
    updated,
)
from shared.errors import Invalid

keys = st.sampled_from(["a", "b", "c", "d"])
values = st.recursive(
    st.none() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2),
    max_leaves=4,
)
bodies = st.dictionaries(keys, values)
ids = st.text(max_size=12)
moments = st.datetimes(
    datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)
) | st.datetimes(
    datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(timezone(timedelta(hours=8)))
)


def events(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": f"e{n}"} for n in numbers]


def written(stored: dict[str, Any], update: dict[str, Any]) -> dict[str, Any]:
    """`stored` as a MongoDB update leaves it."""
    gone = update.get("$unset", {})
    result = {**{k: v for k, v in stored.items() if k not in gone}, **update.get("$set", {})}
    for key, push in update.get("$push", {}).items():
        result[key] = [*stored.get(key, []), *push["$each"]]
        if "$slice" in push:
            result[key] = result[key][push["$slice"] :]
    return result


@given(st.one_of(st.none(), st.booleans(), st.text(), st.integers(-(2**53), 2**53), moments), ids)
def test_cursor(value: Any, id_: str) -> None:
    """A cursor gives back where the page ended, and is safe in a URL."""
    cursor = encode_cursor(value, id_)
    assert set(cursor) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert decode_cursor(cursor) == (value, id_)


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_any_cursor(cursor: str) -> None:
    """Whatever a caller sends as a cursor is one, or is refused as a faulty field."""
    try:
        value, id_ = decode_cursor(cursor)
    except Invalid as error:
        assert [e.pointer for e in error.errors] == ["/cursor"]
    else:
        assert isinstance(id_, str)
        assert not isinstance(value, (dict, list))


@pytest.mark.parametrize(
    "forged",
    [[["time"], "x"], ["value", {"$gt": ""}, "x"], ["value", ["x"], "x"], ["value", 1, {"$ne": 1}],
     ["time", 5, "x"], ["time", "2026-01-01", "x"], ["time", "0001-01-01T00:00:00+23:59", "x"],
     ["time", "9999-12-31T23:59:59-23:59", "x"]],
)  # fmt: skip
def test_forged_cursor(forged: Any) -> None:
    """No operator and no impossible time gets into a query by way of a cursor."""
    import base64

    import orjson

    cursor = base64.urlsafe_b64encode(orjson.dumps(forged)).decode().rstrip("=")
    with pytest.raises(Invalid):
        decode_cursor(cursor)


@given(bodies, bodies, st.integers(1, 9), st.integers(0, 2), st.booleans())
def test_updated(
    before: dict[str, Any], after: dict[str, Any], version: int, count: int, receives: bool
) -> None:
    """Applied to what was read, the write gives what was meant, one version on, with its events."""
    stored = {**before, "_id": "1", "version": version, "outbox": events(0), "pending": "e0"}
    read = Document(stored)
    new = events(*range(1, count + 1))
    write = updated(read, {**after, "_id": "1"}, new, "r1" if receives else None)
    result = written(stored, write.update)
    assert dict(Document(result)) == {**after, "_id": "1", "version": version + 1}
    assert result["outbox"] == events(0) + new
    assert result["pending"] == f"e{count}"
    assert result.get("inbox", []) == (["r1"] if receives else [])


@given(bodies, bodies)
def test_filter(before: dict[str, Any], after: dict[str, Any]) -> None:
    """The write finds exactly the version that was read, and no event is taken in twice."""
    read = Document({**before, "_id": "1", "version": 4})
    assert updated(read, after, (), None).filter == {"_id": "1", "version": 4}
    assert updated(read, after, (), "r").filter == {"_id": "1", "version": 4, "inbox": {"$ne": "r"}}


@given(bodies)
def test_nothing_but_the_version(body: dict[str, Any]) -> None:
    """Where nothing differs, nothing but the version is written."""
    read = Document({**body, "_id": "1", "version": 4})
    assert updated(read, dict(read), (), None).update == {"$set": {"version": 5}}


def test_inbox_is_bounded() -> None:
    """A document remembers the newest events only."""
    stored: dict[str, Any] = {"_id": "1", "version": 1}
    for n in range(INBOX_LENGTH + 5):
        read = Document(stored)
        stored = written(stored, updated(read, {"_id": "1"}, (), f"r{n}").update)
    assert stored["inbox"] == [f"r{n}" for n in range(5, INBOX_LENGTH + 5)]


@given(bodies, st.integers(0, 2), st.booleans())
def test_inserted(body: dict[str, Any], count: int, receives: bool) -> None:
    """A new document has version 1, its events to send and the event it answers."""
    stored = inserted({**body, "_id": "1"}, events(*range(count)), "r1" if receives else None)
    document = Document(stored)
    assert dict(document) == {**body, "_id": "1", "version": 1}
    assert document.outbox == events(*range(count))
    assert stored.get("pending") == (f"e{count - 1}" if count else None)
    assert document.has_received("r1") is receives
