from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import orjson
import pytest

from services.catalogue.domain.directory import directory
from services.catalogue.events import IMPORT_FINISHED, PUBLISHES
from services.catalogue.tests.samples import NOW, announced, row
from services.catalogue.usecases import import_records, imports, items, queries
from services.catalogue.usecases.lease import LEASE, MOST_ATTEMPTS
from services.catalogue.usecases.listing import all_lists
from shared.access import Caller
from shared.errors import IdempotencyMismatch, NotFound, UnsupportedMediaType
from shared.testing import FakeStore, a_call, an_official

ADMIN = an_official("admin", "430000", "platform", "administer")


def file_of(*rows: Any) -> bytes:
    return gzip.compress(b"\n".join(orjson.dumps(r) for r in rows))


def submitted(store: FakeStore, file: bytes, id_: str = "i", caller: Caller = ADMIN) -> Any:
    call = a_call(caller, id=id_, digest=str(hash(file)), content=file)
    return import_records.submit(store, call)


def worked(store: FakeStore, id_: str = "i", after: timedelta = timedelta()) -> Any:
    imports.work(store, lambda: NOW + after, lambda: None)
    return store["imports"].require(id_)


def counts(**given: int) -> dict[str, int]:
    return {"rows": 0, "added": 0, "changed": 0, "unchanged": 0, "faulty": 0, **given}


GOOD = [row(), row(division="430200"), row(code="health-002")]


def test_taken() -> None:
    """Good rows are taken, faulty ones told by line, field and rule."""
    store = FakeStore()
    submitted(store, file_of(GOOD[0], row(fee=1), *GOOD[1:], ["no"]))
    record = worked(store)
    assert record["counts"] == counts(rows=5, added=3, faulty=2)
    page, more = import_records.faults(store, a_call(ADMIN), "i", 0)
    assert not more
    assert [(r["line"], r["errors"][0]["pointer"], r["errors"][0]["rule"]) for r in page] == [
        (2, "/fee_basis", "fee-has-basis"),
        (5, "", "json"),
    ]
    told = store.sent[-1]
    assert told["type"] == IMPORT_FINISHED
    assert PUBLISHES[IMPORT_FINISHED].schema().validate(told["data"]) == {}
    figures = queries.online_rate(directory(all_lists(store)), {"on": "2026-11-23"}, NOW)
    assert figures["levels"][1]["live"] == 3


def test_again() -> None:
    """The same file again changes nothing; a changed row makes a version."""
    store = FakeStore()
    submitted(store, file_of(*GOOD))
    worked(store)
    before = store["items"].get("health-001"), store["lists"].get("430100:health")
    submitted(store, file_of(*GOOD), "j")
    assert worked(store, "j")["counts"] == counts(rows=3, unchanged=3)
    assert before == (store["items"].get("health-001"), store["lists"].get("430100:health"))
    newer = row(promised_days=3, effective_from="2026-07-01")
    submitted(store, file_of(newer, *GOOD[1:]), "k")
    assert worked(store, "k")["counts"] == counts(rows=3, changed=1, unchanged=2)
    item = store["items"].require("health-001")
    assert [v["number"] for v in item["implementations"]["430100"]] == [1, 2]


@pytest.mark.parametrize("writes", range(8))
def test_crash(writes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that dies at any write is followed by one that comes to the same end."""
    store = FakeStore()
    submitted(store, file_of(*GOOD, row(fee=1)))
    left = [writes]

    def dying(original: Any) -> Any:
        def write(self: Any, *args: Any, **kwargs: Any) -> Any:
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return original(self, *args, **kwargs)

        return write

    repository = type(store["items"])
    with monkeypatch.context() as patch:
        for name in ("add", "save", "put_many", "add_many"):
            patch.setattr(repository, name, dying(getattr(repository, name)))
        with pytest.raises(KeyboardInterrupt):
            worked(store)
            pytest.skip("finished before it was to die")
    record = worked(store, after=LEASE + timedelta(seconds=1))
    assert record["state"] == "done"
    assert record["counts"] == counts(rows=4, added=3, faulty=1)
    figures = queries.online_rate(directory(all_lists(store)), {"on": "2026-11-23"}, NOW)
    assert figures["levels"][1]["live"] == 3
    assert len(store.sent) == 1


def test_leased() -> None:
    """While one works, no other does; after some attempts it is given up."""
    store = FakeStore()
    record = submitted(store, file_of(*GOOD))
    store["imports"].save(record, {**record, "lease_until": NOW + LEASE})
    assert imports.work(store, lambda: NOW, lambda: None) == 0
    record = store["imports"].require("i")
    store["imports"].save(record, {**record, "lease_until": NOW, "attempts": MOST_ATTEMPTS})
    assert worked(store)["state"] == "failed"


def test_broken_file() -> None:
    """Of a file that cannot be read nothing is taken, and the reason is told."""
    store = FakeStore()
    submitted(store, file_of(*GOOD)[:-9])
    record = worked(store)
    assert record["state"] == "failed"
    assert record["reason"]["zh"]
    assert store["items"].get("health-001") is None


def test_announced_items_are_left_alone() -> None:
    """What a department's service announces cannot be imported over."""
    store = FakeStore()
    submitted(store, file_of(*GOOD))
    worked(store)
    items.take_in(store, announced(effective_from="2026-06-01"), NOW)
    submitted(store, file_of(*GOOD), "j")
    assert worked(store, "j")["counts"] == counts(rows=3, unchanged=1, faulty=2)
    page, _ = import_records.faults(store, a_call(ADMIN), "j", 0)
    assert {e["rule"] for r in page for e in r["errors"]} == {"announced"}
    ended = queries.affair(store, "health-001", {"division": "430100", "on": "2026-05-31"}, NOW)
    assert ended.scope == "430100"
    with pytest.raises(NotFound):
        queries.affair(store, "health-001", {"division": "430100", "on": "2026-06-01"}, NOW)


def test_authority() -> None:
    """Administrators of a department import their own department's rows in their own divisions."""
    store = FakeStore()
    caller = an_official("city", "430100", "health", "administer")
    submitted(store, file_of(*GOOD, row(code="e", department="education")), caller=caller)
    assert worked(store)["counts"] == counts(rows=4, added=2, faulty=2)
    with pytest.raises(NotFound):
        import_records.one(store, a_call(an_official("x", "430000", "health", "administer")), "i")
    assert import_records.one(store, a_call(ADMIN), "i")["state"] == "done"


def test_submitting_again() -> None:
    """The same request again is the same import; another file under its key is refused."""
    store = FakeStore()
    first = submitted(store, b"a")
    assert submitted(store, b"a")["_id"] == first["_id"]
    with pytest.raises(IdempotencyMismatch):
        submitted(store, b"b")
    assert worked(store)["counts"]["rows"] == 1
    with pytest.raises(UnsupportedMediaType):
        import_records.submit(store, a_call(ADMIN, headers={"content-encoding": "br"}))


def test_many_faults() -> None:
    """Faults are told page by page, none is left out."""
    store = FakeStore()
    submitted(store, b"\n".join(b"x" for _ in range(250)))
    worked(store)
    lines: list[int] = []
    for number in range(4):
        page, more = import_records.faults(store, a_call(ADMIN), "i", number)
        lines += [r["line"] for r in page]
        assert more == (number < 2)
    assert lines == list(range(1, 251))
