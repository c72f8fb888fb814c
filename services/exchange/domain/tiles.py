"""The tree as tiles, which anyone can keep and compute every proof from (pure).

The layout is that of C2SP tlog-tiles: ``<L>/<N>[.p/<W>]``, 256 hashes of 32 bytes a tile, one after
the other; a partial tile has the first W of them.

Guarantees: a full tile never changes. Does not: keep or fetch tiles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from services.exchange.domain.merkle import TILE_HEIGHT, TILE_WIDTH, Subtrees, folded

HASH_BYTES = 32
PATH = re.compile(
    r"(0|[1-5]?\d|6[0-3])/((?:x\d{3}/){0,5}\d{3})(?:\.p/([1-9]\d?|1\d\d|2[0-4]\d|25[0-5]))?",
    re.ASCII,
)

Tiles = Callable[[int, int], Sequence[bytes]]
"""``tiles(level, index)``: the hashes of a tile, as many as there are."""


@dataclass(frozen=True, slots=True)
class Place:
    """A tile by its coordinates; `width` hashes of it."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where the layout puts it."""
        groups = [f"{self.index % 1000:03}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        partial = f".p/{self.width}" if self.width < TILE_WIDTH else ""
        return f"{self.level}/{'/'.join(groups)}{partial}"


def place(path: str) -> Place | None:
    """The tile at `path`; None where the layout has no such path."""
    found = PATH.fullmatch(path)
    if found is None:
        return None
    index = int(found[2].replace("x", "").replace("/", ""))
    whole = Place(int(found[1]), index, int(found[3] or TILE_WIDTH))
    return whole if whole.path == path else None


def width(size: int, level: int, index: int) -> int:
    """How many hashes of the tile a tree of `size` leaves has."""
    hashes = (size >> TILE_HEIGHT * level) - index * TILE_WIDTH
    return max(0, min(TILE_WIDTH, hashes))


def packed(hashes: Sequence[bytes]) -> bytes:
    """A tile as it is kept and sent."""
    return b"".join(hashes)


def unpacked(data: bytes) -> list[bytes]:
    """The hashes of a tile; ValueError where it is no tile."""
    if len(data) % HASH_BYTES or len(data) > HASH_BYTES * TILE_WIDTH:
        raise ValueError("not a tile")
    return [data[n : n + HASH_BYTES] for n in range(0, len(data), HASH_BYTES)]


def subtrees(tiles: Tiles) -> Subtrees:
    """The subtrees that `tiles` hold; each tile is asked for once."""
    kept = cache(tiles)

    def subtree(height: int, number: int) -> bytes:
        level, within = divmod(height, TILE_HEIGHT)
        index, start = divmod(number << within, TILE_WIDTH)
        return folded(kept(level, index)[start : start + (1 << within)])

    return subtree
