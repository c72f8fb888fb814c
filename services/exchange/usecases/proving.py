"""Proofs over the log, from its tiles.

Guarantees: a proof reads a few tiles, whatever the size of the log; a full tile that was never
kept, or was lost, is made again from the pages (or the tiles below it) and kept.
Does not: vouch for what it reads: a proof over a log that was changed proves nothing, and shows it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.exchange.domain import log as rules
from services.exchange.domain import lookups, merkle, tiles
from services.exchange.domain.record import leaf
from services.exchange.usecases.following import tile_document, tile_id
from shared.documents import Document, Storage
from shared.errors import NotFound, Unavailable

log = logging.getLogger(__name__)

MOST_PAGES = tiles.TILE_WIDTH
"""That reach into one level-0 tile: each has at least one record."""


class Proofs:
    """Tiles and proofs of the log whose tree is `tree`, from what `store` keeps of it."""

    def __init__(self, store: Storage, tree: merkle.Tree) -> None:
        self._store, self._tree = store, tree
        self._subtrees = tiles.subtrees(self.hashes)

    @property
    def size(self) -> int:
        """How many records there are."""
        return self._tree.size

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """That the record `index` is in the log of `size` records."""
        self._check(index + 1, size)
        return merkle.inclusion(index, size, self._subtrees)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """That the log of `new` records begins with that of `old`."""
        self._check(old, new)
        return merkle.consistency(old, new, self._subtrees)

    def root(self, size: int) -> bytes:
        """The root of the log of `size` records."""
        self._check(0, size)
        return merkle.root_at(size, self._subtrees)

    def tile(self, place: tiles.Place) -> bytes:
        """A tile of the layout; `NotFound` where the log does not reach it."""
        if tiles.width(self.size, place.level, place.index) < place.width:
            raise NotFound()
        return tiles.packed(self.hashes(place.level, place.index)[: place.width])

    def hashes(self, level: int, index: int) -> Sequence[bytes]:
        """The hashes of a tile, as many as there are."""
        if tiles.width(self.size, level, index) < tiles.TILE_WIDTH:
            return self._tree.edge[level]
        kept = self._store["tiles"].get(tile_id(level, index))
        return tiles.unpacked(kept["hashes"]) if kept else self._again(level, index)

    def _check(self, *sizes: int) -> None:
        if min(sizes) < 0 or list(sizes) != sorted(sizes) or sizes[-1] > self.size:
            raise NotFound()

    def _again(self, level: int, index: int) -> Sequence[bytes]:
        """A tile made again."""
        found = self._from_pages(index) if level == 0 else self._from_below(level, index)
        log.info("tile %s/%s made again", level, index)
        tile = merkle.Tile(level, index, tuple(found))
        try:
            self._store["tiles"].put_many([tile_document(tile)])
        except Unavailable:
            log.warning("tile not kept; it is made again when needed")
        return found

    def _from_pages(self, index: int) -> list[bytes]:
        reaching = self._store["pages"].find({"lookups": lookups.of_block(index)}, limit=MOST_PAGES)
        leaves = {
            number: leaf(text)
            for page in reaching
            for number, text in enumerate(page["records"], page["first"])
        }
        first = index * tiles.TILE_WIDTH
        return [leaves[first + offset] for offset in range(tiles.TILE_WIDTH)]

    def _from_below(self, level: int, index: int) -> list[bytes]:
        first = index * tiles.TILE_WIDTH
        numbers = range(first, first + tiles.TILE_WIDTH)
        kept = self._store["tiles"].get_many(tile_id(level - 1, number) for number in numbers)
        return [merkle.folded(self._below(level - 1, number, kept)) for number in numbers]

    def _below(self, level: int, number: int, kept: Mapping[str, Document]) -> Sequence[bytes]:
        there = kept.get(tile_id(level, number))
        return tiles.unpacked(there["hashes"]) if there else self._again(level, number)


@dataclass(frozen=True, slots=True)
class Located:
    """A record, its place in the log, and the page it is in."""

    index: int
    record: dict[str, Any]
    page: rules.Page


def located(store: Storage, id_: str) -> list[Located]:
    """The records of the request `id_`, in the order of the log."""
    found = [
        Located(index, record, page)
        for page in store["pages"].find({"lookups": lookups.of_request(id_)})
        for index, record in rules.indexed(page)
        if record["id"] == id_
    ]
    return sorted(found, key=lambda each: each.index)
