"""The log as the service tells it, held against its signed heads.

Guarantees: a head was signed by a key that is trusted; a leaf hash belongs to the tree of a head,
since every tile on the way is folded up to its root; whatever does not fit is a `Doubt`.
Does not: choose whom to trust.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.exchange.domain import auditing, checkpoint, merkle, tiles
from services.exchange.domain.checkpoint import Head
from services.exchange.domain.merkle import TILE_HEIGHT, TILE_WIDTH
from services.exchange.verifying.source import Source, Unreachable, read_json
from shared.exchange.messages import public_key

EVIDENCE = "/exchange/evidence"
DAYS = 200
TILES = 64
"""Of the leaves, that are remembered."""


class Doubt(Exception):
    """The service told something that a signed head, or an earlier one, contradicts."""


class Trust(NamedTuple):
    """Whose heads are believed."""

    origin: str
    keys: Sequence[Ed25519PublicKey]

    def read(self, note: str) -> Head:
        """The head in a note of a trusted key; else `Doubt`."""
        for key in self.keys:
            try:
                return checkpoint.read(note, self.origin, key)
            except checkpoint.BadNote as error:
                reason = error
        raise Doubt(f"a head is not signed by the key that is trusted ({reason})")


def trust_told(source: Source) -> Trust:
    """The keys that the service itself tells; for the first time, when nothing else is known."""
    told = read_json(source, f"{EVIDENCE}/keys")
    try:
        return Trust(told["origin"], [public_key(key) for key in told["keys"]])
    except (KeyError, TypeError, ValueError) as error:
        raise Unreachable(f"{EVIDENCE}/keys: {error}") from None


def head_now(source: Source, trust: Trust) -> tuple[Head, str]:
    """The newest head, and its note."""
    note = source.get(f"{EVIDENCE}/checkpoint").decode(errors="replace")
    return trust.read(note), note


def heads_of_days(source: Source) -> dict[str, str]:
    """The notes of the heads published on the last days, by day."""
    told = read_json(source, f"{EVIDENCE}/heads", limit=DAYS)
    try:
        return {item["day"]: item["note"] for item in told["items"]}
    except (KeyError, TypeError):
        raise Unreachable(f"{EVIDENCE}/heads: not a list of heads") from None


def check_related(source: Source, one: Head, other: Head, name: str) -> None:
    """`Doubt` unless one of the trees begins with the other."""
    old, new = sorted((one, other), key=lambda head: head.size)
    check_grown(source, old, new, name)


def check_grown(source: Source, old: Head, new: Head, name: str) -> None:
    """`Doubt` unless the tree of `new` begins with that of `old`, which is called `name`."""
    if old.size > new.size:
        raise Doubt(f"{name} counts {old.size} records, the log now {new.size}")
    query = {"from": old.size, "to": new.size}
    told = read_json(source, f"{EVIDENCE}/consistency", **query)
    try:
        proof = [bytes.fromhex(node) for node in told["proof"]]
    except (KeyError, TypeError, ValueError):
        raise Unreachable(f"{EVIDENCE}/consistency: not a proof") from None
    if not merkle.consistent(old.size, new.size, old.root, new.root, proof):
        raise Doubt(f"the log is not the one of {name}: a record below {old.size} has changed")


class Tree:
    """The leaf hashes below `head`, from tiles that are folded up to its root."""

    def __init__(self, source: Source, head: Head) -> None:
        self._source, self._head = source, head
        self._tiles: dict[tuple[int, int], Sequence[bytes]] = {}
        self._edge = self._checked_edge()

    def leaf(self, index: int) -> bytes | None:
        """The leaf hash in that place; None beyond the end."""
        if not 0 <= index < self._head.size:
            return None
        return self._tile(0, index // TILE_WIDTH)[index % TILE_WIDTH]

    def _checked_edge(self) -> list[Sequence[bytes]]:
        edge: list[Sequence[bytes]] = []
        size = self._head.size
        while size:
            width = size % TILE_WIDTH
            place = tiles.Place(len(edge), size // TILE_WIDTH, width)
            edge.append(self._fetched(place) if width else [])
            size //= TILE_WIDTH
        if merkle.Tree(edge).root() != self._head.root:
            raise Doubt("the tiles are not those of the signed head")
        return edge

    def _tile(self, level: int, index: int) -> Sequence[bytes]:
        if index == self._head.size >> TILE_HEIGHT * (level + 1):
            return self._edge[level]
        if (level, index) not in self._tiles:
            found = self._fetched(tiles.Place(level, index))
            above = self._tile(level + 1, index // TILE_WIDTH)
            if merkle.folded(found) != above[index % TILE_WIDTH]:
                first = index * TILE_WIDTH ** (level + 1)
                raise Doubt(f"the tile over the records from {first} on is not the signed head's")
            self._remember(level, index, found)
        return self._tiles[level, index]

    def _remember(self, level: int, index: int, found: Sequence[bytes]) -> None:
        old = [place for place in self._tiles if place[0] == 0]
        if level == 0 and len(old) >= TILES:
            del self._tiles[old[0]]
        self._tiles[level, index] = found

    def _fetched(self, place: tiles.Place) -> Sequence[bytes]:
        data = self._source.get(f"{EVIDENCE}/tile/{place.path}")
        if len(data) != place.width * tiles.HASH_BYTES:
            raise Doubt(f"tile {place.path} has {len(data)} bytes")
        return tiles.unpacked(data)


class Records:
    """The records that the service tells from a place on; at the end, `head` is the one up to which
    they are complete."""

    def __init__(
        self, source: Source, trust: Trust, path: str, node: str | None, first: int = 0
    ) -> None:
        narrowed = {"node": node} if node else {}
        self._lines = source.lines(path, **narrowed, **{"from": first})
        self._trust, self._path = trust, path
        self.head: Head | None = None

    def __iter__(self) -> Iterator[auditing.Line]:
        for raw in self._lines:
            told = self._read(raw)
            if "checkpoint" in told:
                self.head = self._trust.read(str(told["checkpoint"]))
                return
            yield auditing.Line(told["index"], told["record"])
        raise Unreachable(f"{self._path}: the list was cut short")

    def _read(self, raw: bytes) -> Mapping[str, Any]:
        try:
            told: Mapping[str, Any] = orjson.loads(raw)
            fits = "checkpoint" in told or (
                type(told["index"]) is int and isinstance(told["record"], dict)
            )
        except (ValueError, KeyError, TypeError):
            fits = False
        if not fits:
            raise Unreachable(f"{self._path}: not a line of the list")
        return told
