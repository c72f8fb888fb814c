"""What is wrong with records of evidence, found without trusting who keeps them (pure).

A `Line` is a record as the log tells it, with its place. Records are compared with a copy that was
kept, with the leaf hashes of a tree whose head is signed, with each other (chains), and with the
keys of those who signed them; stretch by stretch, so that a log of any length can be checked.

Guarantees: the first fault is named: the record that was removed, changed, inserted or moved, as
far as a copy, the tree and the chains can tell these apart.
Does not: fetch or keep anything, or know whether a head is genuine (`checkpoint`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.exchange.domain.merkle import TILE_WIDTH, leaf_hash
from services.exchange.domain.record import DONE, KEPT, answered, asked, entered, sides
from shared.exchange.messages import ANSWER, REQUEST, canonical, verified

Leaves = Callable[[int], bytes | None]
"""``leaves(index)``: the hash in that place of a tree whose head is signed; None beyond it."""
Keys = Callable[[str, str], Ed25519PublicKey | None]
"""``keys(node, kid)``: that key of the node."""

SIDES = {"consumer", "provider"}
NEAR = TILE_WIDTH
"""Places around its own in which a record is looked for in the tree."""


@dataclass(frozen=True)
class Line:
    """A record and its place in the log."""

    index: int
    record: Mapping[str, Any]

    @cached_property
    def leaf(self) -> bytes:
        """Its leaf hash."""
        return leaf_hash(canonical(self.record))

    @property
    def name(self) -> tuple[Any, ...]:
        """Which record it is, whatever else it says."""
        names = ("consumer", "id", "attempt", "outcome", "request")
        return tuple(self.record.get(name) for name in names)

    @property
    def told(self) -> str:
        """Which record it is, for people."""
        record = self.record
        return f"{record.get('id')}, attempt {record.get('attempt')}, of {record.get('consumer')}"


@dataclass(frozen=True)
class Fault:
    """What is wrong: `what` ("removed", "changed", "inserted", "moved", "chain", "signature"), at
    which place of the log, with which record; `detail` says it for people."""

    what: str
    index: int
    record: str | None
    detail: str

    def __str__(self) -> str:
        named = f" ({self.record})" if self.record else ""
        return f"record {self.index}{named} {self.detail}"


def first(*faults: Fault | None) -> Fault | None:
    """The fault that stands first in the log; of those in one place the one given first."""
    found = [fault for fault in faults if fault is not None]
    return min(found, key=lambda fault: fault.index, default=None)


def malformed(told: Sequence[Line]) -> Fault | None:
    """The first that is no record."""
    for line in told:
        record = dict(line.record)
        previous = record.pop("previous", None)
        try:
            entered(record)
            if not isinstance(previous, dict) or previous.keys() != SIDES:
                raise ValueError("previous: one of each side")
        except ValueError as error:
            return _fault("changed", line, f"was changed: {error}")
    return None


def compared(kept: Sequence[Line], told: Sequence[Line]) -> Fault | None:
    """The first difference between a copy and what the log tells now of the same stretch."""
    for one, other in zip(kept, told, strict=False):
        if (one.index, one.leaf) != (other.index, other.leaf):
            return _difference(one, other, kept, told)
    if len(kept) > len(told):
        return _fault("removed", kept[len(told)], "was removed")
    if len(told) > len(kept):
        return _fault("inserted", told[len(kept)], "was inserted")
    return None


def _difference(one: Line, other: Line, kept: Sequence[Line], told: Sequence[Line]) -> Fault:
    if one.leaf == other.leaf:
        return _fault("moved", one, f"was moved to {other.index}: what is before it has changed")
    still = one.name in {line.name for line in told}
    known = other.name in {line.name for line in kept}
    if one.name == other.name or not (still or known):
        return _fault("changed", one, "was changed")
    if not still:
        return _fault("removed", one, "was removed")
    if not known:
        return _fault("inserted", other, "was inserted")
    return _fault("moved", one, f"was moved: in its place is {other.told}")


def placed(told: Sequence[Line], leaves: Leaves) -> Fault | None:
    """The first record that is not the one in its place of the tree."""
    for number, line in enumerate(told):
        if line.leaf != leaves(line.index):
            return _misplaced(line, told[number + 1 :], leaves)
    return None


def _misplaced(line: Line, rest: Sequence[Line], leaves: Leaves) -> Fault:
    due = _place(line, leaves)
    if due is None:
        return _foreign(line, rest, leaves)
    other = next((each for each in rest if each.index == due), None)
    if other and other.leaf == leaves(line.index):
        return _fault("moved", line, f"was moved: its place is {due}")
    if due > line.index:
        return Fault("removed", line.index, None, f"was removed: in its place is {line.told}")
    return _fault("inserted", line, f"is not in its place, {due}: one before it was inserted")


def _foreign(line: Line, rest: Sequence[Line], leaves: Leaves) -> Fault:
    """A record that the tree has not: the tree's own follows, or was changed into it."""
    after = next(iter(rest), None)
    if after is not None and _place(after, leaves) == after.index - 1:
        return _fault("inserted", line, "was inserted")
    if leaves(line.index) is None:
        return _fault("inserted", line, "was inserted: the signed tree ends before it")
    return _fault("changed", line, "was changed: the signed tree has another one in its place")


def _place(line: Line, leaves: Leaves) -> int | None:
    """Where the tree has the record, nearest to the place it is told to have."""
    for distance in range(NEAR + 1):
        for index in (line.index + distance, line.index - distance):
            if index >= 0 and leaves(index) == line.leaf:
                return index
    return None


def signed(told: Sequence[Line], keys: Keys) -> Fault | None:
    """The first record whose consumer or provider has not signed it; a system that asked over HTTP
    has its token's name instead."""
    for line in told:
        if side := _unsigned(line.record):
            return _fault("signature", line, f"was answered, and is not signed by its {side}")
        for side, what, statement, key in _signatures(line.record, keys):
            signature = line.record[f"{side}_signature"]
            if key is None:
                return _fault("signature", line, f"is signed by a key that its {side} has not")
            if not verified(what, statement, signature, key):
                return _fault("signature", line, f"was not signed by its {side}")
    return None


def _unsigned(record: Mapping[str, Any]) -> str | None:
    """The side that should have signed an answered use, or an opened subscription, and has not."""
    outcome = record["outcome"]
    if outcome in DONE and record["consumer_signature"] is None and record["token"] is None:
        return "consumer"
    return "provider" if outcome in KEPT and record["provider_signature"] is None else None


def _signatures(
    record: Mapping[str, Any], keys: Keys
) -> Iterator[tuple[str, str, dict[str, Any], Ed25519PublicKey | None]]:
    nodes = sides(record)
    for side, what, statement in (("consumer", REQUEST, asked), ("provider", ANSWER, answered)):
        if record[f"{side}_signature"] is not None:
            key = keys(nodes[side] or "", record[f"{side}_kid"] or "")
            yield side, what, statement(record), key


def disordered(told: Sequence[Line], start: int) -> Fault | None:
    """The first record that is not behind the one before it, or behind `start`."""
    for line in told:
        if line.index < start:
            return _fault("inserted", line, "stands in a place that another one has")
        start = line.index + 1
    return None


def missing(told: Sequence[Line], start: int, end: int) -> Fault | None:
    """The first place from `start` up to `end` that has no record; for those who are told all."""
    for due, line in enumerate(told, start):
        if line.index != due:
            return Fault("removed", due, None, "is missing")
    last = start + len(told)
    return None if last >= end else Fault("removed", last, None, "is missing")


def _fault(what: str, line: Line, detail: str) -> Fault:
    return Fault(what, line.index, line.told, detail)
