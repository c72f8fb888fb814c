"""The Merkle tree against RFC 6962's recursive definitions, and against known roots."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.domain import merkle, tiles
from services.exchange.domain.merkle import Tree, consistent, included, leaf_hash, node_hash

INPUTS = [bytes.fromhex(t) for t in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
"""The leaves of the reference implementation of RFC 6962 (Certificate Transparency)."""
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""The roots over the first leaves, as that implementation's tests give them."""

MOST = 600


def leaves(count: int) -> list[bytes]:
    return [sha256(b"%d" % n).digest() for n in range(count)]


LEAVES = leaves(MOST)


def split(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def mth(hashes: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return sha256(b"\x01" + mth(hashes[:k]) + mth(hashes[k:])).digest()


def path(m: int, hashes: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if m < k:
        return [*path(m, hashes[:k]), mth(hashes[k:])]
    return [*path(m - k, hashes[k:]), mth(hashes[:k])]


def subproof(m: int, hashes: Sequence[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(hashes):
        return [] if whole else [mth(hashes)]
    k = split(len(hashes))
    if m <= k:
        return [*subproof(m, hashes[:k], whole), mth(hashes[k:])]
    return [*subproof(m - k, hashes[k:], False), mth(hashes[:k])]


def grown(hashes: Sequence[bytes]) -> tuple[Tree, dict[tuple[int, int], Sequence[bytes]]]:
    """The tree over `hashes`, and all its tiles, the partial ones too."""
    tree, kept = Tree(), {}
    for leaf in hashes:
        for tile in tree.append(leaf):
            kept[tile.level, tile.index] = tile.hashes
    for level, edge in enumerate(tree.edge):
        if edge:
            kept[level, tree.size >> 8 * (level + 1)] = edge
    return tree, kept


WHOLE, TILES = grown(LEAVES)
SUBTREES = tiles.subtrees(lambda level, index: TILES[level, index])
SIZES = st.integers(1, MOST)


def test_known_roots() -> None:
    """The roots are those of the reference implementation."""
    tree = Tree()
    assert tree.root().hex() == sha256(b"").hexdigest()
    for data, root in zip(INPUTS, ROOTS, strict=True):
        tree.append(leaf_hash(data))
        assert tree.root().hex() == root


def test_known_proofs() -> None:
    """Proofs over those leaves are those of the reference implementation."""
    hashes = [leaf_hash(data) for data in INPUTS]
    _, kept = grown(hashes)
    subtrees = tiles.subtrees(lambda level, index: kept[level, index])
    assert [h.hex() for h in merkle.inclusion(5, 8, subtrees)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [h.hex() for h in merkle.consistency(6, 8, subtrees)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(SIZES)
def test_root(size: int) -> None:
    """The root is the recursive one, for a tree that grew, was copied, or was kept and read."""
    tree = Tree()
    for leaf in LEAVES[:size]:
        tree.append(leaf)
    read = Tree(tree.edge)
    assert (read.size, tree.copy().root()) == (size, tree.root())
    assert tree.root() == read.root() == merkle.root_of(LEAVES[:size]) == mth(LEAVES[:size])


@given(st.data())
def test_inclusion(data: st.DataObject) -> None:
    """Every leaf of every size is proven as RFC 6962 has it, from the tiles of a larger tree."""
    size = data.draw(SIZES)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion(index, size, SUBTREES)
    assert proof == path(index, LEAVES[:size])
    assert included(index, size, LEAVES[index], proof, mth(LEAVES[:size]))


@given(st.data())
def test_consistency(data: st.DataObject) -> None:
    """Every two sizes are proven consistent as RFC 6962 has it."""
    new = data.draw(SIZES)
    old = data.draw(st.integers(1, new))
    proof = merkle.consistency(old, new, SUBTREES)
    assert proof == subproof(old, LEAVES[:new], True)
    assert consistent(old, new, mth(LEAVES[:old]), mth(LEAVES[:new]), proof)


@given(st.data())
def test_forged_inclusion(data: st.DataObject) -> None:
    """Another leaf, place, size, root or path proves nothing."""
    size = data.draw(st.integers(2, 70))
    index = data.draw(st.integers(0, size - 1))
    root, proof = mth(LEAVES[:size]), merkle.inclusion(index, size, SUBTREES)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))
    cut = data.draw(st.integers(0, len(proof) - 1))
    assert not included(index, size, LEAVES[other], proof, root)
    assert not included(other, size, LEAVES[index], proof, root)
    assert not included(size, size, LEAVES[index], proof, root)
    assert not included(index, size, LEAVES[index], proof, LEAVES[0] + b"")
    assert not included(index, size, LEAVES[index], [*proof[:cut], *proof[cut + 1 :]], root)
    assert not included(index, size, LEAVES[index], [*proof, root], root)
    bent = [*proof[:cut], sha256(proof[cut]).digest(), *proof[cut + 1 :]]
    assert not included(index, size, LEAVES[index], bent, root)


@given(st.data())
def test_forged_consistency(data: st.DataObject) -> None:
    """A history in which one leaf was changed is consistent with nothing that was signed before."""
    new = data.draw(st.integers(2, 70))
    old = data.draw(st.integers(1, new - 1))
    changed = data.draw(st.integers(0, old - 1))
    forged = [*LEAVES[:changed], sha256(LEAVES[changed]).digest(), *LEAVES[changed + 1 : new]]
    _, kept = grown(forged)
    proof = merkle.consistency(old, new, tiles.subtrees(lambda level, index: kept[level, index]))
    assert consistent(old, new, mth(forged[:old]), mth(forged), proof)
    assert not consistent(old, new, mth(LEAVES[:old]), mth(forged), proof)
    assert not consistent(old, new, mth(forged[:old]), mth(LEAVES[:new]), proof)
    assert not consistent(old, new, mth(forged[:old]), mth(forged), [*proof, mth(forged)])


def test_consistency_edges() -> None:
    """Everything follows from nothing; the same size needs the same root; no going back."""
    root = mth(LEAVES[:3])
    assert consistent(0, 3, merkle.EMPTY, root, [])
    assert consistent(3, 3, root, root, [])
    assert not consistent(3, 3, root, LEAVES[0], [])
    assert not consistent(3, 2, root, mth(LEAVES[:2]), [])
    assert not consistent(2, 3, mth(LEAVES[:2]), root, [])
    assert merkle.consistency(0, 3, SUBTREES) == merkle.consistency(3, 3, SUBTREES) == []
    for refused in (
        lambda: merkle.consistency(3, 2, SUBTREES),
        lambda: merkle.inclusion(3, 3, SUBTREES),
        lambda: merkle.inclusion(-1, 3, SUBTREES),
    ):
        with pytest.raises(ValueError):
            refused()


@pytest.mark.parametrize("size", [65_536, 66_049])
def test_tiles(size: int) -> None:
    """Tiles are those of the layout's definition, at every level."""
    tree, kept = grown(leaves(size))
    one = kept[1, 0]
    assert len(one) == 256 and one[255] == merkle.folded(kept[0, 255])
    assert kept[2, 0] == [merkle.folded(one)]
    for (level, index), hashes in kept.items():
        assert len(hashes) == tiles.width(size, level, index)
    assert tree.root() == Tree(tree.edge).root()


def test_tile_widths() -> None:
    """The layout's own example: a tree of 70,000."""
    assert tiles.width(70_000, 0, 272) == 256
    assert tiles.width(70_000, 0, 273) == 112
    assert tiles.width(70_000, 1, 0) == 256
    assert tiles.width(70_000, 1, 1) == 17
    assert tiles.width(70_000, 2, 0) == 1
    assert tiles.width(70_000, 3, 0) == tiles.width(70_000, 0, 274) == 0
    assert tiles.width(256, 1, 0) == 1


def test_tile_paths() -> None:
    """Paths are the layout's, one for each tile, and nothing else is one."""
    known = {
        "0/x001/x234/067": tiles.Place(0, 1_234_067),
        "3/000": tiles.Place(3, 0),
        "1/001.p/17": tiles.Place(1, 1, 17),
        "63/999.p/255": tiles.Place(63, 999, 255),
    }
    for path_, found in known.items():
        assert tiles.place(path_) == found and found.path == path_
    for wrong in ("64/000", "00/000", "0/1", "0/x000/001", "0/000.p/0", "0/000.p/256", "0/001/002",
                  "0/000.p/01", "-1/000", "0/000/", "0/٠٠٠", "", "data/000"):  # fmt: skip
        assert tiles.place(wrong) is None, wrong


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=256))
def test_packing(hashes: list[bytes]) -> None:
    """A tile is read as it was written."""
    assert tiles.unpacked(tiles.packed(hashes)) == hashes


@pytest.mark.parametrize("data", [b"x", bytes(33), bytes(32 * 257)])
def test_no_tile(data: bytes) -> None:
    """What is no tile is refused."""
    with pytest.raises(ValueError, match="not a tile"):
        tiles.unpacked(data)


def test_hashes() -> None:
    """A leaf can't be taken for a node: their hashes begin differently."""
    left, right = leaf_hash(b"1"), leaf_hash(b"2")
    assert node_hash(left, right) != leaf_hash(left + right)
