"""The chains of nodes: each record names the one before it in which the same node took part (pure).

Guarantees: the first record that does not follow is named, or the one that is missing before it, as
far as the tree knows it. Does not: fetch or keep anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.exchange.domain.auditing import Fault, Leaves, Line
from services.exchange.domain.record import sides


@dataclass(frozen=True, slots=True)
class Last:
    """Place and leaf hash of a node's last record."""

    index: int
    leaf: bytes


class Chains:
    """The chains of nodes, followed from the beginning of the log, or from a place in it.

    nodes: whose records are all told; None: everybody's. known: the last records before that place.
    """

    def __init__(
        self,
        nodes: frozenset[str] | None,
        *,
        beginning: bool,
        known: Mapping[str, Last] | None = None,
    ) -> None:
        self._nodes, self._beginning = nodes, beginning
        self._last: dict[str, Last] = dict(known or {})

    @property
    def last(self) -> Mapping[str, Last]:
        """The last record of each node that was told."""
        return self._last

    def broken(self, told: Sequence[Line], leaves: Leaves) -> Fault | None:
        """The first record that does not follow from the one before it of its node. What is told
        follows what was told before."""
        for line in told:
            for side, node in sides(line.record).items():
                if (
                    node
                    and self._follows(node)
                    and line.record["previous"][side] != self._due(node)
                ):
                    return self._fault(line, side, node, leaves)
            own = Last(line.index, line.leaf)
            self._last.update({node: own for node in sides(line.record).values() if node})
        return None

    def _follows(self, node: str) -> bool:
        """Whether it is known which record is the last one of `node`."""
        told = self._nodes is None or node in self._nodes
        return told and (self._beginning or node in self._last)

    def _due(self, node: str) -> str | None:
        return self._last[node].leaf.hex() if node in self._last else None

    def _fault(self, line: Line, side: str, node: str, leaves: Leaves) -> Fault:
        """The record that is missing, by its hash in the tree; else what does not follow."""
        start, due = (
            self._last[node].index + 1 if node in self._last else 0,
            line.record["previous"],
        )
        for index in range(start, line.index + 1):
            hashed = leaves(index)
            if hashed and hashed.hex() == due[side]:
                return Fault("removed", index, None, f"was removed: {line.told} follows it")
        detail = f"does not follow from the record of {node} before it"
        return Fault("chain", line.index, line.told, detail)
