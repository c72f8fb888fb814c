"""The log of evidence: pages of records, one after the other, and what follows from them (pure).

    page  {_id f"{n:012}", n, first, count, at, records [canonical JSON], previous, root, tree, kid,
           signature, lookups}
    first: index of its first record. previous: hash of the page before. root: of the Merkle tree
    over its records; tree: of the whole log up to its end. lookups: what it is found by.

Guarantees: quotas and repeats are decided in the order of the log; a state that has taken in the
same pages is the same in every process; a page that does not follow from the one before raises
`Broken`. Does not: write, sign or know time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from services.exchange.domain import merkle
from services.exchange.domain.counting import Recent, Usage, periods
from services.exchange.domain.lookups import lookups
from services.exchange.domain.record import DONE, charged, leaf, parties, refused, sides, spends
from shared.exchange.messages import canonical, instant

Page = Mapping[str, Any]

PAGE_RECORDS = 128
WINDOW = timedelta(minutes=10)
BEGINNING = "0" * 64
"""In place of the hash of a page before the first."""
SIGNED = ("n", "first", "count", "at", "previous", "root", "tree", "kid")


class Broken(Exception):
    """Page `n` does not follow from what stands before it."""

    def __init__(self, n: int, what: str) -> None:
        super().__init__(f"page {n}: {what}")
        self.n = n


class Entry(NamedTuple):
    """A record without `previous`; its quota {"amount", "period"}; under how many records its
    request was answered as far as its use knows (None: of no concern), so that of two attempts
    under way at once only one is."""

    record: Mapping[str, Any]
    quota: Mapping[str, Any] | None = None
    answers: int | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A record as the log took it in; `refused`: by what, where it was not taken as it was."""

    record: dict[str, Any]
    index: int
    leaf: str
    page: int
    refused: str | None


@dataclass(slots=True)
class State:
    """What the log is after its first `pages` pages."""

    pages: int = 0
    hash: str = BEGINNING
    tree: merkle.Tree = field(default_factory=merkle.Tree)
    last: dict[str, str] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    recent: Recent = field(default_factory=Recent)

    def apply(self, page: Page) -> list[merkle.Tile]:
        """Take in the page that follows; the tiles it has filled."""
        tree = self.tree.copy()
        hashes = [leaf(text) for text in page["records"]]
        tiles = [tile for each in hashes for tile in tree.append(each)]
        self._check(page, merkle.root_of(hashes), tree.root())
        at = datetime.fromisoformat(page["at"])
        found, within = records(page), periods(at).values()
        for record, hashed in zip(found, hashes, strict=True):
            self.last.update(dict.fromkeys(parties(record), hashed.hex()))
            self.usage.add(record, within)
        self.recent.add(page["n"], at, found)
        self.recent.forget(at - WINDOW)
        self.pages, self.hash, self.tree = self.pages + 1, page_hash(page), tree
        return tiles

    def _check(self, page: Page, root: bytes, tree: bytes) -> None:
        for name, due in (
            ("n", self.pages),
            ("first", self.tree.size),
            ("count", len(page["records"])),
            ("previous", self.hash),
            ("root", root.hex()),
            ("tree", tree.hex()),
        ):
            if page[name] != due:
                raise Broken(self.pages, f"{name} does not follow")

    def snapshot(self) -> dict[str, Any]:
        """The state without its recent requests, as JSON."""
        return {
            "pages": self.pages,
            "hash": self.hash,
            "edge": [[node.hex() for node in level] for level in self.tree.edge],
            "last": dict(self.last),
            "used": self.usage.counts,
        }

    @classmethod
    def of(cls, snapshot: Mapping[str, Any]) -> State:
        """The state that `snapshot` holds."""
        edge = [[bytes.fromhex(node) for node in level] for level in snapshot["edge"]]
        return cls(
            snapshot["pages"],
            snapshot["hash"],
            merkle.Tree(edge),
            dict(snapshot["last"]),
            Usage(snapshot["used"]),
        )


def draft(
    state: State,
    entries: Iterable[Entry],
    now: datetime,
    kid: str,
) -> tuple[dict[str, Any], list[Entered]]:
    """The page, without signature, that `entries` make after `state`, and what became of each.

    entries: see `Entry`.
    """
    writing = _Writing(state, now)
    taken = [writing.enter(entry) for entry in entries]
    page = {
        "_id": page_id(state.pages),
        "n": state.pages,
        "first": state.tree.size,
        "count": len(taken),
        "at": instant(now),
        "records": writing.texts,
        "previous": state.hash,
        "root": merkle.root_of(bytes.fromhex(each.leaf) for each in taken).hex(),
        "tree": writing.tree.root().hex(),
        "kid": kid,
    }
    page["lookups"] = lookups(state.tree.size, [each.record for each in taken])
    return page, taken


class _Writing:
    """A page being written: what its own records change already, over the state before it."""

    def __init__(self, state: State, now: datetime) -> None:
        self._state, self._periods = state, periods(now)
        self._last: dict[str, str] = {}
        self._used: dict[str, int] = {}
        self._spent: set[tuple[str, str, int]] = set()
        self._answered: Counter[tuple[str, str]] = Counter()
        self.texts: list[str] = []
        self.tree = state.tree.copy()

    def enter(self, entry: Entry) -> Entered:
        record, refusal = entry.record, self._refusal(entry)
        kept = dict(record) if refusal is None else refused(record, refusal)
        kept["previous"] = {side: self._before(node) for side, node in sides(kept).items()}
        text = canonical(kept).decode()
        hashed, index = leaf(text), self.tree.size
        self.texts.append(text)
        self.tree.append(hashed)
        self._last.update(dict.fromkeys(parties(kept), hashed.hex()))
        if spends(kept):
            self._spent.add(_attempt(kept))
            self._answered[_attempt(kept)[:2]] += kept["outcome"] in DONE
            self._used[kept["grant"]] = self._used.get(kept["grant"], 0) + charged(kept)
        return Entered(kept, index, hashed.hex(), self._state.pages, refusal)

    def _before(self, node: str | None) -> str | None:
        return None if node is None else self._last.get(node) or self._state.last.get(node)

    def _refusal(self, entry: Entry) -> str | None:
        record, quota, known = entry
        if not spends(record):
            return None
        answers = self._state.recent.answers(record) + self._answered[_attempt(record)[:2]]
        if known is not None and record["outcome"] in DONE and answers > known:
            return "replayed"
        if self._state.recent.spent(record) or _attempt(record) in self._spent:
            return "replayed"
        if quota and charged(record):
            used = self._state.usage.used(record["grant"], self._periods[quota["period"]])
            used += self._used.get(record["grant"], 0)
            if used + charged(record) > quota["amount"]:
                return "quota-exhausted"
        return None


def _attempt(record: Mapping[str, Any]) -> tuple[str, str, int]:
    return record["consumer"], record["id"], record["attempt"]


def page_id(n: int) -> str:
    """The `_id` of page `n`."""
    return f"{n:012}"


def header(page: Page) -> dict[str, Any]:
    """What of a page is signed."""
    return {name: page[name] for name in SIGNED}


def page_hash(page: Page) -> str:
    """The hash by which the next page names this one."""
    return sha256(canonical(header(page))).hexdigest()


def records(page: Page) -> list[dict[str, Any]]:
    """The records of a page."""
    return [orjson.loads(text) for text in page["records"]]


def indexed(page: Page) -> Iterator[tuple[int, dict[str, Any]]]:
    """The records of a page, each with its place in the log."""
    return enumerate(records(page), page["first"])
