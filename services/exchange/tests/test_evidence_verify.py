"""The verifier against logs in which something was changed: by somebody in the database, and by the
exchange itself, which can sign whatever it wants."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.exchange.domain.checkpoint import verifier_key
from services.exchange.tests.direct import Direct, foreign_entry, signed_entry
from services.exchange.tests.evidence import (
    NOW,
    PROVIDER,
    SIGNER,
    Clock,
    appender,
    at_once,
    pages,
)
from services.exchange.usecases import evidence
from services.exchange.usecases.appending import ORIGIN, Appender
from services.exchange.verify import main
from services.exchange.verifying import checking
from services.exchange.verifying.source import Absent, Unreachable
from shared.errors import NotFound
from shared.exchange.messages import canonical
from shared.testing import FakeStore, an_official
from shared.tests.exchanging import FORMER, NODE

SIZE = 290
"""More than a tile, in several pages."""
EDUCATION = an_official("e", "430000", "education")
KEY = verifier_key(ORIGIN, SIGNER.public)

Records = list[dict[str, Any]]


def entries() -> Records:
    """Every third is of others."""
    return [foreign_entry(n) if n % 3 == 2 else signed_entry(n) for n in range(SIZE)]


def written(given: Records) -> FakeStore:
    """A log of these entries, in pages of fifty at the most, with a head of the day in between."""
    store = FakeStore()
    log = appender(store)
    for start in range(0, len(given), 50):
        at_once(*[lambda e=e: log.append(e) for e in given[start : start + 50]])
        if start == 200:
            evidence.publish_head(store, log, NOW)
    return store


@pytest.fixture(scope="module")
def whole() -> FakeStore:
    return written(entries())


@pytest.fixture
def store(whole: FakeStore) -> FakeStore:
    return copy.deepcopy(whole)


class Verifier:
    """The command, with a copy of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys

    def run(self, source: Direct, *arguments: str) -> tuple[int, str]:
        given = arguments or ("--all",)
        code = main(["log", "--copy", str(self.folder / "copy"), *given], source)
        captured = self._capsys.readouterr()
        return code, captured.out + captured.err


@pytest.fixture
def verifier(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Verifier:
    return Verifier(tmp_path, capsys)


def test_in_order(store: FakeStore, verifier: Verifier) -> None:
    """A sound log is in order: at first, again, and when it has grown, for an auditor."""
    for size in (SIZE, SIZE, SIZE + 1):
        if size > SIZE:
            appender(store).append(signed_entry(size))
        code, told = verifier.run(Direct(store))
        assert code == 0, told
        assert f"records: {size} of everybody" in told
    assert "heads: 2" in told


def test_own_in_order(store: FakeStore, verifier: Verifier) -> None:
    """A node checks its own, and is told of keys that it has not seen before, once."""
    for seen in (False, True):
        code, told = verifier.run(Direct(store, EDUCATION), "--node", "GOV/education", "--key", KEY)
        assert code == 0, told
        assert "records: 194 of GOV/education" in told
        assert (f"a key of {PROVIDER} that was not seen before: {NODE.kid}" in told) != seen


def test_empty(verifier: Verifier) -> None:
    """An empty log is in order, and grows out of itself."""
    store = FakeStore()
    assert verifier.run(Direct(store))[0] == 0
    appender(store).append(signed_entry(1))
    assert verifier.run(Direct(store))[0] == 0


def flip(texts: list[str], n: int) -> None:
    texts[n] = texts[n].replace("school-enrolment", "school-enrolmemt", 1)


def remove(texts: list[str], n: int) -> None:
    del texts[n]


def insert(texts: list[str], n: int) -> None:
    made = orjson.loads(texts[n])
    texts.insert(n, canonical({**made, "id": "made-up"}).decode())


def swap(texts: list[str], n: int) -> None:
    texts[n], texts[n + 1] = texts[n + 1], texts[n]


CHANGES: list[tuple[Callable[[list[str], int], None], str]] = [
    (flip, "record {n} (id-{n}, attempt 1, of GOV/education/education) was changed"),
    (remove, "record {n} (id-{n}, attempt 1, of GOV/education/education) was removed"),
    (insert, "record {n} (made-up, attempt 1, of GOV/education/education) was inserted"),
    (swap, "record {n} (id-{n}, attempt 1, of GOV/education/education) was moved"),
]
PLACES = (0, 150, 255)
ALL, OWN = ("--all",), ("--node", "GOV/education")


def tamper(store: FakeStore, change: Callable[[list[str], int], None], n: int) -> None:
    """Change the log in the database, as who does not have the exchange's key could."""
    page = next(p for p in pages(store) if p["first"] <= n < p["first"] + p["count"])
    texts = list(page["records"])
    change(texts, n - page["first"])
    store["pages"].put_many([{**page, "records": texts}])


class Running(Direct):
    """The exchange that runs while the database is changed under it: it knows the log as it was."""

    def __init__(self, store: FakeStore, *given: Any) -> None:
        super().__init__(store, *given)
        self.service.log.tree()


@pytest.mark.parametrize("whose", [ALL, OWN])
@pytest.mark.parametrize(("change", "expected"), CHANGES)
def test_kept(
    store: FakeStore,
    verifier: Verifier,
    change: Callable[[list[str], int], None],
    expected: str,
    whose: tuple[str, ...],
) -> None:
    """Who has kept a copy is told which record it is, wherever it stands, and keeps the copy."""
    assert verifier.run(Direct(store), *whose)[0] == 0
    for n in PLACES:
        tampered = copy.deepcopy(store)
        source = Running(tampered)
        tamper(tampered, change, n)
        code, told = verifier.run(source, *whose)
        assert (code, expected.format(n=n) in told) == (1, True), told
    assert verifier.run(Direct(store), *whose)[0] == 0


@pytest.mark.parametrize("whose", [ALL, OWN])
@pytest.mark.parametrize(("change", "what"), [(c, e.split()[-1]) for c, e in CHANGES])
def test_first_time(
    store: FakeStore,
    verifier: Verifier,
    change: Callable[[list[str], int], None],
    what: str,
    whose: tuple[str, ...],
) -> None:
    """Who has nothing but the signed tree learns the place, and what was done there."""
    for n in PLACES:
        tampered = copy.deepcopy(store)
        source = Running(tampered)
        tamper(tampered, change, n)
        code, told = verifier.run(source, *whose)
        fault = next(line for line in told.splitlines() if line.startswith("FAULT: record"))
        assert (code, fault.startswith(f"FAULT: record {n} "), f"was {what}" in fault) == (
            1,
            True,
            True,
        ), told


REWRITTEN: list[tuple[Callable[[Records, int], None], str]] = [
    (lambda e, n: e[n].update(purpose="statistics"), "record {n} (id-{n}, {rest}) was changed"),
    (lambda e, n: e.pop(n), "record {n} (id-{n}, {rest}) was removed"),  # type: ignore[arg-type,return-value]
    (lambda e, n: e.insert(n, signed_entry(10**6)), "record {n} (id-1000000, {rest}) was inserted"),
    (lambda e, n: e.insert(n, e.pop(n + 1)), "record {n} (id-{n}, {rest}) was moved"),
]


@pytest.mark.parametrize("whose", [ALL, OWN])
@pytest.mark.parametrize(("change", "expected"), REWRITTEN)
def test_rewritten(
    store: FakeStore,
    verifier: Verifier,
    change: Callable[[Records, int], None],
    expected: str,
    whose: tuple[str, ...],
) -> None:
    """An exchange that writes its history anew, and signs all of it, is found out by any copy: the
    heads contradict each other, and the first record that differs is named."""
    assert verifier.run(Direct(store), *whose)[0] == 0
    given = entries()
    change(given, 150)
    code, told = verifier.run(Direct(written(given)), *whose)
    named = expected.format(n=150, rest="attempt 1, of GOV/education/education")
    assert (code, named in told) == (1, True), told
    assert "FAULT: the head of 2026-11-23 is not the one that was published then" in told


def test_shortened(store: FakeStore, verifier: Verifier) -> None:
    """A log that has lost its end is not the one that was seen."""
    assert verifier.run(Direct(store))[0] == 0
    code, told = verifier.run(Direct(written(entries()[:260])))
    assert code == 1
    assert "the head seen last counts 290 records, the log now 260" in told
    assert "record 260 (id-260, attempt 1, of COUNTY/430104/hospital) was removed" in told


def test_another_history(store: FakeStore, verifier: Verifier) -> None:
    """Heads alone are enough: without the day's, the one that was seen last shows the change."""
    assert verifier.run(Direct(store))[0] == 0
    given = entries()
    given[3]["purpose"] = "statistics"
    forged = written(given)
    forged["heads"].remove("2026-11-23")
    code, told = verifier.run(Direct(forged))
    assert code == 1
    assert "the log is not the one of the head seen last: a record below 290 has changed" in told


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"purpose": "statistics"}, "was not signed by its consumer"),
        ({"case": "education/other"}, "was not signed by its consumer"),
        ({"response": "0" * 64}, "was not signed by its provider"),
        ({"answered_at": "2026-11-23T05:00:00.000Z"}, "was not signed by its provider"),
        ({"provider_signature": None}, "was answered, and is not signed by its provider"),
        ({"consumer_signature": None}, "was answered, and is not signed by its consumer"),
        ({"provider": "GOV/education"}, "is signed by a key that its provider has not"),
        ({"consumer_kid": FORMER.kid}, "is signed by a key that its consumer has not"),
        ({"consumer": "COUNTY/430104/hospital"}, "is signed by a key that its consumer has not"),
    ],
)
def test_signatures(verifier: Verifier, given: dict[str, Any], expected: str) -> None:
    """A record that says what its consumer or provider has not signed is named."""
    store = written([signed_entry(0), signed_entry(1, **given), signed_entry(2)])
    code, told = verifier.run(Direct(store))
    assert code == 1
    consumer = given.get("consumer", "GOV/education/education")
    assert f"FAULT: record 1 (id-1, attempt 1, of {consumer}) {expected}" in told


def test_in_stretches(
    store: FakeStore, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few records are looked at together, the check says the same."""
    monkeypatch.setattr(checking, "STRETCH", 64)
    for _ in range(2):
        assert verifier.run(Direct(store))[0] == 0
    tampered = copy.deepcopy(store)
    source = Running(tampered)
    tamper(tampered, remove, 150)
    assert "record 150" in verifier.run(source)[1]


BENT: list[tuple[str, Callable[[bytes], bytes], int, str]] = [
    ("checkpoint", lambda d: d.replace(b"290", b"291"), 1, "a head is not signed by the key"),
    ("tile/0/000", lambda d: d[:32] + bytes(32) + d[64:], 1, "from 0 on is not the signed head's"),
    ("tile/1/000.p/1", lambda d: bytes(32), 1, "the tiles are not those of the signed head"),
    ("tile/0/000", lambda d: d[:64], 1, "tile 0/000 has 64 bytes"),
    ("records", lambda d: d.rpartition(b"\n{")[0], 2, "the list was cut short"),
    ("records", lambda d: d[: len(d) // 2], 2, "not a line of the list"),
    ("records", lambda d: d.replace(b'{"index":7,', b'{"index":5,'), 1, "FAULT: record 5 "),
    ("records", lambda d: d.replace(b'"attempt":1', b'"attempt":true', 1), 1, "record 0 "),
    ("records", lambda d: d.replace(b'"previous"', b'"before"', 1), 1, "record 0 "),
    ("heads", lambda d: b"[]", 2, "not a JSON object"),
    ("heads", lambda d: b"{}", 2, "not a list of heads"),
    ("consistency", lambda d: b'{"proof":["x"]}', 2, "not a proof"),
    ("consistency", lambda d: b'{"proof":[]}', 1, "the log is not the one of the head of"),
    ("keys", lambda d: d.replace(b'"OKP"', b'"EC"'), 2, "not an Ed25519 key"),
]


@pytest.mark.parametrize(("path", "bend", "code", "expected"), BENT)
def test_bent(
    store: FakeStore,
    verifier: Verifier,
    path: str,
    bend: Callable[[bytes], bytes],
    code: int,
    expected: str,
) -> None:
    """Whatever the service tells that is not so is a fault, or no check; never a crash."""
    source = Direct(store)
    source.bend = lambda asked, data: bend(data) if asked.endswith(f"evidence/{path}") else data
    found, told = verifier.run(source)
    assert (found, expected in told) == (code, True), told


def test_another_copy(store: FakeStore, verifier: Verifier) -> None:
    """A copy is of one node, or of everybody."""
    assert verifier.run(Direct(store), *OWN)[0] == 0
    code, told = verifier.run(Direct(store))
    assert (code, "this copy is of GOV/education" in told) == (2, True)
    assert verifier.run(Direct(store), "--node", "x", "--key", "nonsense")[0] == 2


def test_key_replaced(store: FakeStore, verifier: Verifier) -> None:
    """A log that goes on under a new key is believed when its checker names that key; what the
    former key signed stays proven."""
    assert verifier.run(Direct(store))[0] == 0
    source = Direct(store)
    source.service.log = Appender(store, FORMER, Clock(), [SIGNER.jwk])
    source.service.log.append(signed_entry(SIZE))
    code, told = verifier.run(source)
    assert (code, "not signed by the key that is trusted" in told) == (1, True)
    other = verifier_key("example.org/log", FORMER.public)
    assert verifier.run(source, "--all", "--key", other)[0] == 2
    assert verifier.run(source, "--all", "--key", verifier_key(ORIGIN, FORMER.public))[0] == 0
    assert verifier.run(source)[0] == 0


def test_interrupted(store: FakeStore, verifier: Verifier) -> None:
    """A check that ended half way leaves the copy as it was."""
    assert verifier.run(Direct(store))[0] == 0
    folder = verifier.folder / "copy"
    with (folder / "records.ndjson").open("ab") as opened:
        opened.write(b'{"index":290,"rec')
    (folder / "records.fresh").write_bytes(b"rest")
    appender(store).append(signed_entry(290))
    for _ in range(2):
        assert verifier.run(Direct(store))[0] == 0
    assert (folder / "records.ndjson").read_bytes().count(b"\n") == SIZE + 1


def test_receipt(store: FakeStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A receipt is checked on its own; one in which anything was changed proves nothing."""
    source, file = Direct(store), tmp_path / "receipt.json"
    told = orjson.loads(source.get("/exchange/evidence/records/id-100"))

    def check(kept: Any) -> int:
        file.write_bytes(orjson.dumps(kept))
        return main(["receipt", str(file), "--key", KEY])

    assert check(told) == 0
    assert "record 100 (id-100" in capsys.readouterr().out
    [item] = told["items"]
    page = item["receipt"]["page"]
    for bent in (
        {**item, "record": {**item["record"], "purpose": "statistics"}},
        {**item, "index": 101},
        {**item, "proof": item["proof"][1:]},
        {**item, "receipt": {**item["receipt"], "page": {**page, "at": "2026"}}},
        {**item, "receipt": {**item["receipt"], "path": []}},
    ):
        assert check({**told, "items": [bent]}) == 1
    assert check({**told, "checkpoint": told["checkpoint"].replace("290", "291")}) == 1
    for nonsense in ({}, {"checkpoint": told["checkpoint"], "items": [{}]}):
        assert check(nonsense) == 2


def test_absent(verifier: Verifier) -> None:
    """Where nobody answers, nothing was checked."""
    source = Direct(FakeStore())

    def away(asked: str, data: bytes) -> bytes:
        raise NotFound()

    source.bend = away
    with pytest.raises(NotFound):
        source.get("/exchange/evidence/heads")
    given = ["log", "--copy", str(verifier.folder), "--all", "--url", "http://127.0.0.1:9"]
    assert main(given) == 2


def taken(lookups: list[str], one: str) -> None:
    lookups.remove(one)


def altered(lookups: list[str], one: str) -> None:
    """One byte of it."""
    lookups[lookups.index(one)] = one[:-1] + ("0" if one[-1] != "0" else "1")


@pytest.mark.parametrize("change", [taken, altered])
@pytest.mark.parametrize("kind", ["subject", "request", "block", "party"])
def test_lookups(
    store: FakeStore, verifier: Verifier, change: Callable[[list[str], str], None], kind: str
) -> None:
    """Who hides a record from those lists by which it is found, in the database, is found out, and
    the first record that is hidden is named; records and tree are as they were."""
    page = pages(store)[3]
    lookups = list(page["lookups"])
    hidden = next(one for one in lookups if one.startswith(f"{kind}:"))
    change(lookups, hidden)
    store["pages"].put_many([{**page, "lookups": lookups}])
    code, told = verifier.run(Direct(store))
    fault = next(line for line in told.splitlines() if line.startswith("FAULT"))
    first, end = page["first"], page["first"] + page["count"]
    assert code == 1 and any(f"FAULT: record {n} " in fault for n in range(first, end)), told
    assert f"cannot be found by {hidden}" in fault or (kind, "is missing" in fault) == (
        "block",
        True,
    )


def test_lookups_added(store: FakeStore, verifier: Verifier) -> None:
    """Who makes a page turn up where it has no place is found out, too; and who moves the bounds of
    a page, which are signed."""
    page = pages(store)[2]
    sound = verifier.run(Direct(store))
    assert (sound[0], "lookups: of 6 pages" in sound[1]) == (0, True), sound
    for forged in (
        {"lookups": [*page["lookups"], "subject:" + "0" * 64]},
        {"count": page["count"] - 1},
    ):
        tampered = copy.deepcopy(store)
        source = Running(tampered)
        tampered["pages"].put_many([{**page, **forged}])
        code, told = verifier.run(source)
        assert (code, f"record {page['first']} " in told) == (1, True), told


def test_lookups_untold(store: FakeStore, verifier: Verifier) -> None:
    """Where lookups are not checked the command says so."""
    code, told = verifier.run(Direct(store, EDUCATION), "--node", "GOV/education", "--key", KEY)
    assert (code, "lookups: not checked" in told) == (0, True)


def test_lookups_of_before(store: FakeStore, verifier: Verifier) -> None:
    """An exchange that does not tell them yet is checked in all else."""

    class Older(Direct):
        def lines(self, path: str, **query: Any) -> Any:
            if path.endswith("/lookups"):
                raise Absent(path)
            yield from super().lines(path, **query)

    for more in ((), ("--new",)):
        code, told = verifier.run(Older(store), "--all", *more)
        assert (code, "lookups: not checked" in told) == (0, True), told


def test_lookups_closed(store: FakeStore) -> None:
    """They name subjects and requests of all: only who supervises the province reads them."""
    with pytest.raises(Unreachable):
        list(Direct(store, EDUCATION).lines("/exchange/evidence/lookups"))


class Counting(Direct):
    """Counts the lines that are told of records and of pages."""

    def __init__(self, store: FakeStore, *given: Any) -> None:
        super().__init__(store, *given)
        self.told = 0

    def lines(self, path: str, **query: Any) -> Any:
        for line in super().lines(path, **query):
            self.told += 1
            yield line


@pytest.mark.parametrize("whose", [ALL, OWN])
def test_new(store: FakeStore, verifier: Verifier, whose: tuple[str, ...]) -> None:
    """What is new is checked from where the last check ended, and nothing else is asked for; a
    whole check afterwards finds the copy complete."""
    assert verifier.run(Direct(store), *whose, "--new")[0] == 0
    for size in (SIZE + 1, SIZE + 2):
        appender(store).append(signed_entry(size))
        source = Counting(store)
        code, told = verifier.run(source, *whose, "--new")
        assert (
            code,
            f"records: 1 of {'everybody' if whose == ALL else whose[1]} from" in told,
        ) == (
            0,
            True,
        ), told
        assert source.told <= 4
    assert verifier.run(Direct(store), *whose)[0] == 0
    assert verifier.run(Direct(store), *whose, "--new")[0] == 0


@pytest.mark.parametrize("change", [change for change, _ in CHANGES])
def test_new_changed(
    store: FakeStore, verifier: Verifier, change: Callable[[list[str], int], None]
) -> None:
    """A record after the kept head that was changed is named, as by a whole check."""
    assert verifier.run(Direct(store))[0] == 0
    log = appender(store)
    at_once(*[lambda n=n: log.append(signed_entry(n)) for n in range(SIZE, SIZE + 5)])
    source = Running(store)
    tamper(store, change, SIZE + 1)
    code, told = verifier.run(source, "--all", "--new")
    fault = next(line for line in told.splitlines() if line.startswith("FAULT: record"))
    assert (code, fault.startswith(f"FAULT: record {SIZE + 1} ")) == (1, True), told


@pytest.mark.parametrize("change", [change for change, _ in REWRITTEN[:2]])
def test_new_rewritten(
    store: FakeStore, verifier: Verifier, change: Callable[[Records, int], None]
) -> None:
    """A change before the kept head, in a history that is signed anew and has grown, is found by
    the tree's consistency, though no record of before is asked for."""
    assert verifier.run(Direct(store))[0] == 0
    given = [*entries(), *(signed_entry(n) for n in range(SIZE, SIZE + 9))]
    change(given, 270)
    code, told = verifier.run(Direct(written(given)), "--all", "--new")
    assert (code, f"a record below {SIZE} has changed" in told) == (1, True), told
    assert verifier.run(Direct(store))[0] == 0


def test_new_chain(store: FakeStore, verifier: Verifier) -> None:
    """The first new record of a node follows from its last one in the copy."""
    assert verifier.run(Direct(store))[0] == 0
    state = verifier.folder / "copy" / "state.json"
    kept = orjson.loads(state.read_bytes())
    kept["last"][PROVIDER][1] = "0" * 64
    state.write_bytes(orjson.dumps(kept))
    appender(store).append(signed_entry(SIZE))
    code, told = verifier.run(Direct(store), "--all", "--new")
    assert (code, f"record {SIZE} " in told, "does not follow" in told) == (1, True, True), told


def test_new_of_before(store: FakeStore, verifier: Verifier) -> None:
    """A copy that does not say where to go on is gone over as a whole."""
    assert verifier.run(Direct(store))[0] == 0
    state = verifier.folder / "copy" / "state.json"
    kept = orjson.loads(state.read_bytes())
    state.write_bytes(orjson.dumps({name: kept[name] for name in ("node", "size", "bytes")}))
    code, told = verifier.run(Direct(store), "--all", "--new")
    assert (code, f"records: {SIZE} of everybody, in" in told) == (0, True), told
