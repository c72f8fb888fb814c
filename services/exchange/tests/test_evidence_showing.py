"""What the log shows: proofs and heads to all, records to those concerned."""

import copy
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.exchange.domain import merkle, tiles
from services.exchange.domain.checkpoint import Head, read
from services.exchange.events import HEAD_PUBLISHED
from services.exchange.tests.evidence import (
    NOW,
    SIGNER,
    Clock,
    appender,
    at_once,
    entry,
    pages,
    records,
    settled,
)
from services.exchange.usecases import evidence, following
from services.exchange.usecases.appending import ORIGIN
from services.exchange.usecases.proving import Proofs
from shared.access import Caller
from shared.errors import Invalid, NotFound, Unexpected
from shared.exchange.messages import PAGE, canonical, public_key, verified
from shared.testing import FakeStore, a_call, an_official

SIZE = 600
HOSPITAL = "COUNTY/430104/hospital"
EDUCATION = an_official("e", "430000", "education")
POLICE = an_official("p", "430000", "public-security", "approve")
COUNTY = an_official("c", "430104", "data", "supervise")
CITY = an_official("d", "430100", "government-office", "supervise")
BUREAU = an_official("b", "430104", "health")
AUDITOR = an_official("a", "430000", "audit", "supervise")
STRANGER = an_official("s", "430000", "taxation", "administer")
SYSTEM = Caller("x", "service", "x", "430000", "education", scopes=frozenset({"exchange.consume"}))


@pytest.fixture(scope="module")
def kept() -> FakeStore:
    """A log of 600 records; every third is a hospital's."""
    store, clock = FakeStore(), Clock()
    log = appender(store, clock)
    for start in range(0, SIZE, 100):
        at_once(*[lambda n=n: log.append(_entry(n)) for n in range(start, start + 100)])
    settled(log)
    return store


def _entry(n: int) -> dict[str, Any]:
    return entry(f"id-{n}", **({"consumer": HOSPITAL, "provider": None} if n % 3 == 0 else {}))


@pytest.fixture
def store(kept: FakeStore) -> FakeStore:
    return copy.deepcopy(kept)


def leaves(store: Any) -> list[bytes]:
    return [merkle.leaf_hash(text.encode()) for page in pages(store) for text in page["records"]]


def proofs(store: Any) -> Proofs:
    return Proofs(store, appender(store).tree())


def lines(stream: Iterable[bytes]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in b"".join(stream).splitlines()]


def listed(store: Any, caller: Caller, first: int = 0, **query: Any) -> list[dict[str, Any]]:
    call = a_call(caller, query={"from_": first, **query})
    return lines(evidence.listed(store, appender(store), call))


def test_tiles(store: FakeStore) -> None:
    """Full tiles are kept as they fill; partial ones are what they will begin with."""
    assert {d["_id"] for d in store["tiles"].each({})} == {f"0/{n:012}" for n in (0, 1)}
    found = proofs(store)
    all_leaves = leaves(store)
    for place in (
        tiles.Place(0, 0),
        tiles.Place(0, 1),
        tiles.Place(0, 2, 88),
        tiles.Place(0, 1, 7),
    ):
        first = place.index * 256
        assert found.tile(place) == b"".join(all_leaves[first : first + place.width])
    ones = [merkle.folded(all_leaves[:256]), merkle.folded(all_leaves[256:512])]
    assert found.tile(tiles.Place(1, 0, 2)) == b"".join(ones)
    for place in (
        tiles.Place(0, 2),
        tiles.Place(0, 2, 89),
        tiles.Place(1, 0, 3),
        tiles.Place(0, 3, 1),
    ):
        with pytest.raises(NotFound):
            found.tile(place)


def test_lost_tiles(store: FakeStore) -> None:
    """A tile that is lost is made again from pages, and kept."""
    before = {d["_id"]: d["hashes"] for d in store["tiles"].each({})}
    for id_ in before:
        store["tiles"].remove(id_)
    assert proofs(store).root(SIZE) == merkle.root_of(leaves(store))
    assert {d["_id"]: d["hashes"] for d in store["tiles"].each({})} == before


def test_lost_tiles_above() -> None:
    """A tile above is made again from those below, which are made again where they are lost."""
    store = FakeStore()
    hashes = [merkle.leaf_hash(b"%d" % n) for n in range(65_536 + 3)]
    tree = merkle.Tree()
    full = [tile for leaf in hashes for tile in tree.append(leaf)]
    store["tiles"].put_many([following.tile_document(tile) for tile in full if tile.level == 0])
    assert Proofs(store, tree).hashes(1, 0) == list(full[-1].hashes)
    assert store["tiles"].get("1/000000000000")["hashes"] == tiles.packed(full[-1].hashes)


@pytest.fixture(scope="module")
def proving(kept: FakeStore) -> tuple[Proofs, list[bytes]]:
    return proofs(kept), leaves(kept)


@settings(max_examples=50)
@given(st.data())
def test_proofs(proving: tuple[Proofs, list[bytes]], data: st.DataObject) -> None:
    """Every proof, for every size that the log has had, convinces who trusts nobody."""
    found, all_leaves = proving
    size = data.draw(st.integers(1, SIZE))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    root, old_root = merkle.root_of(all_leaves[:size]), merkle.root_of(all_leaves[:old])
    assert (found.root(size), found.root(old)) == (root, old_root)
    assert merkle.included(index, size, all_leaves[index], found.inclusion(index, size), root)
    assert merkle.consistent(old, size, old_root, root, found.consistency(old, size))


def test_proofs_told(store: FakeStore) -> None:
    """Proofs over HTTP carry what they are about; what the log has not is not found."""
    log = appender(store)
    told = evidence.inclusion(store, log, 5, None)
    assert (told["size"], told["leaf"]) == (SIZE, leaves(store)[5].hex())
    assert evidence.inclusion(store, log, 5, 6)["root"] == merkle.root_of(leaves(store)[:6]).hex()
    told = evidence.consistency(store, log, 0, None)
    assert (told["to"], told["from_root"], told["proof"]) == (SIZE, merkle.EMPTY.hex(), [])
    for asked in (
        lambda: evidence.inclusion(store, log, SIZE, None),
        lambda: evidence.inclusion(store, log, 6, 6),
        lambda: evidence.inclusion(store, log, 0, SIZE + 1),
        lambda: evidence.consistency(store, log, 0, SIZE + 1),
        lambda: evidence.consistency(store, log, SIZE + 1, None),
    ):
        with pytest.raises(NotFound):
            asked()
    with pytest.raises(Invalid):
        evidence.consistency(store, log, 2, 1)


def test_checkpoint(store: FakeStore) -> None:
    """The checkpoint is the log's as it is, whoever has written."""
    one, other = appender(store), appender(store)
    one.checkpoint()
    other.append(entry())
    note = one.checkpoint()
    head = Head(SIZE + 1, merkle.root_of(leaves(store)))
    assert read(note, ORIGIN, SIGNER.public) == head
    assert note.split("\n")[:2] == [ORIGIN, str(SIZE + 1)]


def test_daily_head(store: FakeStore) -> None:
    """The first run of a day, in China, publishes the head, whichever process makes it."""
    logs = [appender(store), appender(store)]
    for hours, expected in ((0, 1), (0, 1), (11, 1), (12, 2), (13, 2)):
        for log in logs:
            evidence.publish_head(store, log, NOW + timedelta(hours=hours))
            log.append(entry())
        assert len(list(store["heads"].each({}))) == expected
    first, second = (store["heads"].get(day) for day in ("2026-11-23", "2026-11-24"))
    assert (first["size"], second["size"]) == (SIZE, SIZE + 6)
    assert read(first["note"], ORIGIN, SIGNER.public).root.hex() == first["root"]
    told = [(e["type"], e["subject"], e["data"]["size"]) for e in store.sent]
    assert told == [(HEAD_PUBLISHED, "2026-11-23", SIZE), (HEAD_PUBLISHED, "2026-11-24", SIZE + 6)]


def test_no_head_of_another_log(store: FakeStore) -> None:
    """Nothing is published of a log that is not the one whose head was published before, nor
    written to it where it has lost its end."""
    evidence.publish_head(store, appender(store), NOW)
    last = pages(store)[-1]
    store["pages"].remove(last["_id"])
    store["snapshots"].remove("state")
    with pytest.raises(Unexpected):
        appender(store).append(entry())
    head = store["heads"].get("2026-11-23")
    store["heads"].put_many([{**head, "size": SIZE - last["count"]}])
    with pytest.raises(Unexpected):
        evidence.publish_head(store, appender(store), NOW + timedelta(days=1))


def test_listed(store: FakeStore) -> None:
    """A node's officials and systems get the records it took part in, up to a checkpoint."""
    everything, hashes = records(store), leaves(store)
    for caller, own in (
        (EDUCATION, [n for n in range(SIZE) if n % 3]),
        (POLICE, [n for n in range(SIZE) if n % 3]),
        (SYSTEM, [n for n in range(SIZE) if n % 3]),
        (COUNTY, list(range(0, SIZE, 3))),
        (CITY, []),
        (STRANGER, []),
        (AUDITOR, list(range(SIZE))),
    ):
        *found, end = listed(store, caller)
        assert [(f["index"], f["record"]) for f in found] == [(n, everything[n]) for n in own]
        assert all(f["leaf"] == hashes[f["index"]].hex() for f in found)
        assert read(end["checkpoint"], ORIGIN, SIGNER.public).size == SIZE


def test_listed_from(store: FakeStore) -> None:
    """A list goes on from a place, also one within a page, and from the end."""
    assert [f["index"] for f in listed(store, COUNTY, 550)[:-1]] == list(range(552, SIZE, 3))
    assert listed(store, EDUCATION, SIZE)[0].keys() == {"checkpoint"}
    assert listed(store, EDUCATION, 10**12)[0].keys() == {"checkpoint"}


def test_listed_in_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """However the log is cut for looking up, a list has each record once and in order."""
    again = FakeStore()
    monkeypatch.setattr("services.exchange.domain.lookups.STRETCH", 256)
    log = appender(again)
    for start in range(0, SIZE, 120):
        at_once(*[lambda n=n: log.append(_entry(n)) for n in range(start, start + 120)])
    for caller, own in ((AUDITOR, range(SIZE)), (COUNTY, range(0, SIZE, 3))):
        for first in (0, 255, 256, 300):
            found = [f["index"] for f in listed(again, caller, first)[:-1]]
            assert found == [n for n in own if n >= first]


def test_node_asked(store: FakeStore) -> None:
    """Who supervises may name a node within reach; nobody else another one."""
    assert len(listed(store, CITY, node="COUNTY/430104")) == SIZE // 3 + 1
    assert len(listed(store, AUDITOR, node="GOV/education")) == SIZE * 2 // 3 + 1
    assert len(listed(store, EDUCATION, node="GOV/education")) == SIZE * 2 // 3 + 1
    nobody = Caller("x", "service", "x")
    for caller, node in (
        (EDUCATION, "COUNTY/430104"), (CITY, "GOV/education"), (COUNTY, "CITY/430100"),
        (STRANGER, "GOV/education"), (AUDITOR, "nonsense"), (nobody, None), (BUREAU, None),
        (BUREAU, "COUNTY/430104"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refusal:
            listed(store, caller, **({"node": node} if node else {}))
        assert refusal.value.errors[0].pointer == "/node"


def test_found(store: FakeStore) -> None:
    """The records of a request come with all it takes to prove them."""
    log = appender(store)
    log.append(entry("id-4", attempt=2))
    told = evidence.found(store, log, EDUCATION, "id-4")
    head = read(told["checkpoint"], ORIGIN, SIGNER.public)
    assert [(i["index"], i["record"]["attempt"]) for i in told["items"]] == [(4, 1), (SIZE, 2)]
    for item in told["items"]:
        leaf = merkle.leaf_hash(canonical(item["record"]))
        assert leaf.hex() == item["leaf"]
        proof = [bytes.fromhex(node) for node in item["proof"]]
        assert merkle.included(item["index"], head.size, leaf, proof, head.root)
        page, path = dict(item["receipt"]["page"]), item["receipt"]["path"]
        signature = page.pop("signature")
        assert verified(PAGE, page, signature, public_key(SIGNER.jwk))
        place = item["index"] - page["first"]
        path = [bytes.fromhex(node) for node in path]
        assert merkle.included(place, page["count"], leaf, path, bytes.fromhex(page["root"]))


def test_found_by_whom(store: FakeStore) -> None:
    """Records are found by those who took part or supervise; for others there are none."""
    log = appender(store)
    for caller in (COUNTY, CITY, AUDITOR):
        assert evidence.found(store, log, caller, "id-3")["items"]
    for caller, id_ in ((EDUCATION, "id-3"), (STRANGER, "id-4"), (CITY, "id-4"), (AUDITOR, "no")):
        with pytest.raises(NotFound):
            evidence.found(store, log, caller, id_)


def test_keys(store: FakeStore) -> None:
    """The keys of the log are told as JWK, and as tools for signed notes take them."""
    told = appender(store).keys()
    assert [public_key(key) for key in told["keys"]] == [SIGNER.public]
    name, id_, _ = told["verifier"].split("+", 2)
    assert (name, len(id_)) == (ORIGIN, 8)
