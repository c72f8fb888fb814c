"""The keys of a batch: one record for a chunk of them, one leaf for each (pure).

    leaves  {_id "<request id>/<salt>", request, subjects [distinct], leaves [{subjects, response}]}

A leaf is whom the answer to one key is about, and its digest (under `salt_of` the record's salt and
the key's place). The Merkle root over the leaves stands in the record, so that each key has a proof
of its own under the one signature. The name follows from the record, and is never used again.

An opened subscription has such leaves, too, in which nothing was answered (`response` is None).

Guarantees: as the tree of the log (`merkle`). Does not: hold a key, or anything that was answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.exchange.domain import merkle
from shared.exchange.messages import canonical
from shared.exchange.order import digests_of_rows

Leaf = dict[str, Any]
WITH_LEAVES = ("batch", "subscribe")
"""Kinds of records that have leaves."""


def leaves_of(
    salt: str, rows: Sequence[Mapping[str, Any] | None], subjects: Sequence[list[str]]
) -> list[Leaf]:
    """The leaf of each row; subjects: whom each is about."""
    digests = digests_of_rows(salt, rows)
    return [
        {"subjects": about, "response": response}
        for about, response in zip(subjects, digests, strict=True)
    ]


def root_of(leaves: Sequence[Leaf]) -> str:
    """The root over `leaves`, hexadecimal."""
    return merkle.root_of(hashes_of(leaves)).hex()


def hashes_of(leaves: Sequence[Leaf]) -> list[bytes]:
    """The hash of each leaf."""
    return [merkle.leaf_hash(canonical(leaf)) for leaf in leaves]


def document(record: Mapping[str, Any], leaves: Sequence[Leaf]) -> dict[str, Any]:
    """The leaves of `record` (an entry, or in the log) as they are kept."""
    subjects = sorted({subject for leaf in leaves for subject in leaf["subjects"]})
    named = {"_id": document_id(record), "request": record["id"]}
    return {**named, "subjects": subjects, "leaves": list(leaves)}


def document_id(record: Mapping[str, Any]) -> str:
    """The `_id` under which the leaves of `record` are kept."""
    return f"{record['id']}/{record['salt']}"


def proof(leaves: Sequence[Leaf], place: int) -> list[str]:
    """That the leaf in `place` is below the root over all (RFC 9162, 2.1.3.1), hexadecimal."""
    hashes = hashes_of(leaves)

    def subtree(height: int, number: int) -> bytes:
        return merkle.root_of(hashes[number << height : (number + 1) << height])

    return [node.hex() for node in merkle.inclusion(place, len(leaves), subtree)]


def proven(leaf: Leaf, place: int, count: int, path: Sequence[str], root: str) -> bool:
    """Whether `path` proves `leaf` in `place` of `count` below `root`."""
    hashed = merkle.leaf_hash(canonical(leaf))
    nodes = [bytes.fromhex(node) for node in path]
    return merkle.included(place, count, hashed, nodes, bytes.fromhex(root))
