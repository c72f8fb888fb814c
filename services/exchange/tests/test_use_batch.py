"""Batches: a record for each chunk, a leaf for each key, and going on after whatever happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import eventlet
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.domain import batch
from services.exchange.tests.province import CONSUMER, Province, grant
from services.exchange.tests.test_use_query import refused
from services.exchange.usecases import batching
from services.exchange.usecases.office import Token
from services.exchange.using import alive
from shared.access import Caller
from shared.errors import Forbidden, ServiceError
from shared.exchange.messages import digest, salt_of
from shared.exchange.order import content_of_row
from shared.tests import exchanging
from shared.tests.exchanging import LI, NOBODY, VAULT, ZHANG

KEYS = [{"identity": number} for number in (ZHANG, NOBODY, LI)]
ASKED: dict[str, Any] = {"kind": "batch", "key": None, "keys": KEYS}


@pytest.fixture
def province() -> Province:
    return Province()


def leaves(province: Province, record: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = province.store["batch_leaves"].get(batch.document_id(record))[
        "leaves"
    ]
    return found


def test_chunk(province: Province) -> None:
    """Each key is answered in its place; one record counts them all."""
    answer = province.use(**ASKED)
    assert answer["rows"] == [{"number": "H-1"}, None, {"number": "H-1"}]
    [record] = province.records()
    assert (record["outcome"], record["count"], record["subjects"]) == ("answered", 3, [])
    assert answer["receipt"]["index"] == 0


def test_leaves(province: Province) -> None:
    """For each key there is a leaf of whom it is about and what was answered, which is proven by
    the record, and digested with a salt of its own."""
    answer = province.use(**{**ASKED, "fields": ["members"]})
    [record] = province.records()
    kept = leaves(province, record)
    for place, (key, row) in enumerate(zip(KEYS, answer["rows"], strict=True)):
        others = {member["identity"] for member in (row or {}).get("members", ())}
        about = sorted(VAULT.lookup(number) for number in {key["identity"], *others})
        response = digest(salt_of(record["salt"], place), content_of_row(row))
        assert kept[place] == {"subjects": about, "response": response}
        path = batch.proof(kept, place)
        assert batch.proven(kept[place], place, len(kept), path, record["keys_root"])
        for other in range(len(kept)):
            proven = batch.proven(kept[other], place, len(kept), path, record["keys_root"])
            assert proven == (other == place)


@given(st.integers(1, 40), st.data())
def test_proofs(count: int, data: st.DataObject) -> None:
    """Every key of a batch has a proof below its root, and only in its own place."""
    made = [{"subjects": [f"{n}"], "response": f"{n:064x}"} for n in range(count)]
    place = data.draw(st.integers(0, count - 1))
    path, root = batch.proof(made, place), batch.root_of(made)
    assert batch.proven(made[place], place, count, path, root)
    forged = {**made[place], "response": "f" * 64}
    assert not batch.proven(forged, place, count, path, root)


def test_found_by_subject(province: Province) -> None:
    """Whoever is among the keys of a batch finds the record by the leaves."""
    province.use(**ASKED)
    [record] = province.records()
    for number in (ZHANG, NOBODY, LI):
        [kept] = province.store["batch_leaves"].find({"subjects": VAULT.lookup(number)})
        assert (kept["_id"], kept["request"]) == (batch.document_id(record), record["id"])


def test_repeat(province: Province) -> None:
    """A chunk that is asked for again is answered under the record there is, once counted."""
    province.put("grants", grant(quota={"amount": 3, "period": "day"}))
    first = province.use(**ASKED)
    second = province.use(**ASKED, attempt=2)
    assert (second["rows"], second["receipt"]) == (first["rows"], first["receipt"])
    assert province.outcomes() == ["answered"]


def test_repeat_of_a_changed_answer(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one row has changed since, the repeat has a record and leaves of its own."""
    province.use(**ASKED)
    moved = {**exchanging.ROWS, LI: {**exchanging.ROWS[LI], "number": "H-2"}}
    monkeypatch.setattr(exchanging, "ROWS", moved)
    assert province.use(**ASKED, attempt=2)["rows"][2] == {"number": "H-2"}
    for record in province.records():
        assert batch.root_of(leaves(province, record)) == record["keys_root"]


def test_quota(province: Province) -> None:
    """A quota counts keys: a chunk that goes beyond it is refused as a whole, before it is read."""
    province.put("grants", grant(quota={"amount": 5, "period": "day"}))
    province.use(**ASKED)
    assert refused(lambda: province.use(**ASKED, id="another")) == "quota-exhausted"
    assert len(province.line.orders) == 1
    assert province.use(**{**ASKED, "keys": KEYS[:2]}, id="third")["rows"]


@pytest.mark.parametrize(
    ("change", "type_"),
    [
        ({"keys": [{"identity": ZHANG}, {"number": "H-1"}]}, "invalid"),
        ({"keys": []}, "invalid"),
        ({"keys": [{"identity": ZHANG}] * 501}, "invalid"),
        ({"fields": ["address"]}, "fields-not-granted"),
    ],
)
def test_refused(province: Province, change: dict[str, Any], type_: str) -> None:
    """What is not granted, or no chunk, is refused by its type, with an entry."""
    assert refused(lambda: province.use(**{**ASKED, **change})) == type_
    assert province.outcomes() == [f"refused:{type_}"]


def test_spoilt(province: Province) -> None:
    """Rows that are not what the provider signed are not released."""
    for spoil in (
        lambda answer: {**answer, "rows": answer["rows"][:2]},
        lambda answer: {**answer, "rows": [*answer["rows"][:2], {"number": "H-9"}]},
        lambda answer: {**answer, "rows": [*answer["rows"][:2], {"address": "x"}]},
        lambda answer: {**answer, "rows": [answer["rows"][n] for n in (1, 0, 2)]},
    ):
        province.line.spoil = spoil
        with pytest.raises(ServiceError) as error:
            province.use(**ASKED, id=f"{len(province.line.orders)}")
        assert error.value.type == "provider-invalid"
    assert set(province.outcomes()) == {"failed:provider-invalid"}


TOKEN = Token("education", "jti")


def body(keys: int, **given: Any) -> dict[str, Any]:
    request = Province().request(fields=["number"])
    same = ("consumer", "grant", "purpose", "case", "item", "resource", "fields")
    numbers = [ZHANG if n % 2 else NOBODY for n in range(keys)]
    asked = {"keys": [{"identity": number} for number in numbers], "first": 0}
    return {**{name: request[name] for name in same}, **asked, **given}


def lines(province: Province, asked: dict[str, Any], id_: str = "whole") -> list[dict[str, Any]]:
    stream = batching.begun(province.office, asked, TOKEN, id_, "en")
    return [orjson.loads(line) for line in b"".join(stream).splitlines()]


def test_stream(province: Province) -> None:
    """A batch over HTTP is a line for each key, in order, a receipt for each chunk, and an end."""
    province.put("grants", grant(quota=None))
    told = lines(province, body(1_001))
    keys = [line for line in told if "n" in line]
    assert [line["n"] for line in keys] == list(range(1_001))
    assert [line["found"] for line in keys[:4]] == [False, True, False, True]
    receipts = [line for line in told if "receipt" in line]
    assert [(line["from"], line["count"]) for line in receipts] == [(0, 500), (500, 500), (1000, 1)]
    assert told[-1] == {"end": 1_001}
    assert [record["count"] for record in province.records()] == [500, 500, 1]


def test_stream_goes_on(province: Province) -> None:
    """What ends in an error says where; the same request from there on gives the rest, with
    neither gap nor repeat, and each key is recorded once."""
    province.put("grants", grant(quota={"amount": 700, "period": "day"}))
    told = lines(province, body(1_200))
    assert (told[-1]["error"]["type"], told[-1]["first"]) == ("/problems/quota-exhausted", 500)
    province.put("grants", grant(quota=None))
    rest = lines(province, body(1_200, first=500))
    assert [line["n"] for line in [*told, *rest] if "n" in line] == list(range(1_200))
    again = lines(province, body(1_200, first=730))
    assert [line["n"] for line in again if "n" in line] == list(range(730, 1_200))
    kept = [record for record in province.records() if record["outcome"] == "answered"]
    assert [record["count"] for record in kept] == [500, 500, 200]


def test_stream_refused(province: Province) -> None:
    """What is wrong from the beginning is an error of the request, not of a stream."""
    asked = body(3, purpose="statistics")
    assert refused(lambda: lines(province, asked)) == "purpose-not-granted"


def test_member() -> None:
    """A system asks as a subsystem of its own member only."""
    caller = Caller("education", "service", "x", division="430000", department="education")
    batching.check_member(caller, CONSUMER)
    with pytest.raises(Forbidden) as error:
        batching.check_member(caller, "GOV/health/education")
    assert error.value.type == "client-mismatch"


def test_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream whose next line is long in coming says that it is alive; closed, it ends."""
    monkeypatch.setattr("services.exchange.using.SIGN_OF_LIFE", 0.01)
    go_on = eventlet.event.Event()

    def slowly() -> Iterator[bytes]:
        yield b"one"
        go_on.wait()
        yield b"two"

    stream = alive(slowly())
    assert (next(stream), next(stream)) == (b"one", b"")
    go_on.send()
    assert [line for line in stream if line] == [b"two"]
    hanging = alive(eventlet.event.Event().wait() for _ in range(1))
    assert next(hanging) == b""
    hanging.close()
