"""The Merkle tree of the log: hashes, roots, proofs and their checks (pure).

RFC 6962, section 2.1, and RFC 9162, section 2.1, with SHA-256. Hashes are 32 bytes. A perfect
subtree of height h and number i stands over the leaves i * 2**h up to (i + 1) * 2**h.

Guarantees: a tree grows by one hash a leaf on average and remembers only its right edge; a proof is
made from subtrees that do not change any more, so it can be made for every size the tree has had.
Checks follow RFC 9162 and share no code with what makes proofs.
Does not: keep leaves or tiles (`tiles`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

EMPTY = sha256(b"").digest()
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT

Subtrees = Callable[[int, int], bytes]
"""``subtrees(height, number)``: the hash of a perfect subtree."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def folded(hashes: Sequence[bytes]) -> bytes:
    """The hash over a perfect subtree whose leaves, or smaller subtrees, have these hashes."""
    while len(hashes) > 1:
        hashes = [node_hash(*hashes[n : n + 2]) for n in range(0, len(hashes), 2)]
    return hashes[0]


@dataclass(frozen=True, slots=True)
class Tile:
    """256 hashes of perfect subtrees of height 8 * level, the first of them 256 * index."""

    level: int
    index: int
    hashes: tuple[bytes, ...]


class Tree:
    """A growing tree: its size and its right edge, which is the unfinished tile of each level."""

    __slots__ = ("_frontier", "edge", "size")

    def __init__(self, edge: Iterable[Sequence[bytes]] = ()) -> None:
        self.edge = [list(level) for level in edge]
        self.size = sum(len(hashes) << TILE_HEIGHT * n for n, hashes in enumerate(self.edge))
        self._frontier = list(_frontier(self.edge))

    def copy(self) -> Tree:
        """The same tree, to grow on its own."""
        twin = Tree()
        twin.edge, twin.size = [list(level) for level in self.edge], self.size
        twin._frontier = list(self._frontier)
        return twin

    def append(self, leaf: bytes) -> list[Tile]:
        """Add the hash of a leaf; the tiles that it has filled."""
        full = self._entered(0, leaf)
        node, height = leaf, 0
        while self.size >> height & 1:
            node, height = node_hash(self._frontier.pop(), node), height + 1
            if height % TILE_HEIGHT == 0:
                full += self._entered(height // TILE_HEIGHT, node)
        self._frontier.append(node)
        self.size += 1
        return full

    def root(self) -> bytes:
        """The hash of the whole tree."""
        if not self._frontier:
            return EMPTY
        *rest, node = self._frontier
        for left in reversed(rest):
            node = node_hash(left, node)
        return node

    def _entered(self, level: int, node: bytes) -> list[Tile]:
        if level == len(self.edge):
            self.edge.append([])
        hashes = self.edge[level]
        hashes.append(node)
        if len(hashes) < TILE_WIDTH:
            return []
        self.edge[level] = []
        index = self.size >> TILE_HEIGHT * (level + 1)
        return [Tile(level, index, tuple(hashes))]


def _frontier(edge: Sequence[Sequence[bytes]]) -> Iterator[bytes]:
    """The perfect subtrees that the tree consists of, the largest first."""
    for hashes in reversed(edge):
        start = 0
        for bit in reversed(range(TILE_HEIGHT)):
            if len(hashes) & 1 << bit:
                yield folded(hashes[start : start + (1 << bit)])
                start += 1 << bit


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over the hashes of leaves."""
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def root_at(size: int, subtrees: Subtrees) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return _span(0, size, subtrees) if size else EMPTY


def inclusion(index: int, size: int, subtrees: Subtrees) -> list[bytes]:
    """The proof that the leaf `index` is in the tree of `size` leaves (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    start, end, spans = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return [_span(*span, subtrees) for span in reversed(spans)]


def consistency(old: int, new: int, subtrees: Subtrees) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with that of `old` (RFC 9162, 2.1.4.1)."""
    if not 0 <= old <= new:
        raise ValueError(f"{old} is not before {new}")
    if old in (0, new):
        return []
    start, end, spans = 0, new, []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    if start:
        spans.append((start, end))
    return [_span(*span, subtrees) for span in reversed(spans)]


def included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` proves the hash of a leaf at `index` below `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            node = node_hash(sibling, node)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and node == root


def consistent(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` proves that the larger tree begins with the smaller (RFC 9162, 2.1.4.2)."""
    if not 0 < old < new:
        return not proof and (old == 0 or (old == new and old_root == new_root)) and old <= new
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    before = after = path[0]
    for node in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            before, after = node_hash(node, before), node_hash(node, after)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            after = node_hash(after, node)
        number, last = number >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _span(start: int, end: int, subtrees: Subtrees) -> bytes:
    """The hash over the leaves from `start` to `end`, a part that the RFC's recursion meets."""
    count = end - start
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return subtrees(height, start >> height)
    middle = start + _split(count)
    return node_hash(_span(start, middle, subtrees), _span(middle, end, subtrees))
