"""The check of the whole log, or of one node's records, against what was kept.

Guarantees: a check adds to the copy what it has found in order, and nothing else; what was in the
copy before is compared with what the service tells now, so a history that was rewritten shows even
where it was signed anew. Memory does not grow with the log. A check of what is new asks for the
records after those of the copy only; that the log began as before is proven by its heads.
Does not: notice what was never shown to this copy, nor below a head in it; nor, in a check of what
is new, that an older record is shown otherwise than the signed tree has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, takewhile
from typing import Any

from services.exchange.domain import auditing
from services.exchange.domain.auditing import Fault, Leaves, Line
from services.exchange.domain.chains import Chains, Last
from services.exchange.domain.checkpoint import Head
from services.exchange.verifying import proving
from services.exchange.verifying.copy import Copy
from services.exchange.verifying.finding import Finding
from services.exchange.verifying.members import Members
from services.exchange.verifying.proving import Doubt, Records, Tree, Trust
from services.exchange.verifying.source import Source, Unreachable
from shared.exchange.messages import jwk, public_key

STRETCH = 4096
"""Places of the log that are looked at together."""


@dataclass
class Report:
    """What was checked, and what is wrong: with the history as a whole, and with which record."""

    said: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    fault: Fault | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.doubts and self.fault is None


def trusted(source: Source, copy: Copy, given: Trust | None = None) -> Trust:
    """Whose heads this copy believes: whom it has believed, and `given`; at first, without it, whom
    the service names."""
    kept = copy.read("log.json")
    if kept is None:
        return given or proving.trust_told(source)
    keys = [public_key(key) for key in kept["keys"]]
    if given and given.origin != kept["origin"]:
        raise Unreachable(f"this copy is of {kept['origin']}")
    new = [key for key in (given.keys if given else ()) if key not in keys]
    return Trust(kept["origin"], [*new, *keys])


class Check:
    """One check of what `path` lists: the records of `node`; None: everybody's, to who may.

    new: only what has come since the copy was complete.
    """

    def __init__(
        self,
        source: Source,
        copy: Copy,
        trust: Trust,
        path: str,
        node: str | None,
        *,
        new: bool = False,
    ) -> None:
        if copy.state["size"] and copy.state["node"] != node:
            raise Unreachable(f"this copy is of {copy.state['node'] or 'everybody'}")
        self._source, self._copy, self._trust = source, copy, trust
        self._path, self._node = path, node
        self._members = Members(source, copy.read("members.json", {}))
        self._start = copy.state["size"] if new and _goes_on(copy) else 0
        self._count = 0
        self._chains = self._begun(copy.state)
        self._finding = self._found(copy.state) if node is None else None
        self.report = Report()

    def _begun(self, state: dict[str, Any]) -> Chains:
        """The chains, as they were where the check begins."""
        kept = state["last"] if self._start else {}
        known = {name: Last(index, bytes.fromhex(leaf)) for name, (index, leaf) in kept.items()}
        nodes = frozenset({self._node}) if self._node else None
        return Chains(nodes, beginning=True, known=known)

    def _found(self, state: dict[str, Any]) -> Finding:
        return Finding(self._source, self._trust, state["pages"] if self._start else 0)

    def run(self) -> Report:
        """The report; what is in order is in the copy afterwards."""
        told = proving.heads_of_days(self._source)
        head, note = proving.head_now(self._source, self._trust)
        self._say(f"{self._trust.origin}: {head.size} records, the head is signed")
        days = self._try(lambda: self._new_days(told, head)) or {}
        tree = self._try(lambda: Tree(self._source, head))
        self._try(lambda: self._check_records(head, tree and tree.leaf))
        if self.report.sound:
            self._keep(head, [{"day": d, "note": n} for d, n in days.items()], note)
        return self.report

    def _try(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Doubt as doubt:
            self.report.doubts.append(str(doubt))
            return None

    def _say(self, line: str) -> None:
        self.report.said.append(line)

    def _new_days(self, told: dict[str, str], head: Head) -> dict[str, str]:
        """The heads of days that were not known. Each, and the one seen last, is held against
        `head`."""
        seen = self._copy.heads()
        days = {each["day"]: each["note"] for each in seen if each["day"]}
        if changed := [day for day in sorted(days) if told.get(day, days[day]) != days[day]]:
            raise Doubt(f"the head of {changed[0]} is not the one that was published then")
        if seen:
            last = max(self._trust.read(each["note"]) for each in seen)
            proving.check_grown(self._source, last, head, "the head seen last")
        new = {day: note for day, note in sorted(told.items()) if day not in days}
        for day, note in new.items():
            found = self._trust.read(note)
            proving.check_related(self._source, found, head, f"the head of {day}")
        self._say(f"heads: {len(seen) + len(new)}, each a beginning of the log as it is now")
        return new

    def _check_records(self, head: Head, leaves: Leaves | None) -> None:
        records = Records(self._source, self._trust, self._path, self._node, self._start)
        listed = iter(records)
        told = takewhile(lambda line: line.index < head.size, listed)
        kept_before = () if self._start else self._copy.records()
        due = self._start
        for there, kept in together(told, kept_before):
            self.report.fault = self._fault(there, kept, leaves, due) or (
                self._finding and self._finding.fault(there)
            )
            if self.report.fault:
                return
            due = there[-1].index + 1 if there else due
            self._count += len(there)
            self._copy.stage(line for line in there if line.index >= self._copy.state["size"])
        if self._node is None:
            self.report.fault = auditing.missing([], due, head.size)
        for _ in listed:
            pass
        self._check_whole(records, head)
        whose = self._node or "everybody"
        since = f" from {self._start} on" if self._start else ""
        self._say(f"records: {self._count} of {whose}{since}, in their places, chained and signed")
        self._say(_found(self._finding))

    def _check_whole(self, records: Records, head: Head) -> None:
        """That the list went to its end, which is a head that grew from `head`."""
        if records.head is None or records.head.size < head.size:
            raise Unreachable(f"{self._path}: the list ends before the head")
        proving.check_grown(self._source, head, records.head, "the head")

    def _fault(
        self,
        told: list[Line],
        kept: list[Line],
        leaves: Leaves | None,
        due: int,
    ) -> Fault | None:
        if fault := auditing.malformed(told):
            return fault
        known = [line for line in told if line.index < self._copy.state["size"]]
        return auditing.first(
            auditing.compared(kept, known),
            auditing.placed(told, leaves) if leaves else None,
            self._chains.broken(told, leaves or (lambda index: None)),
            auditing.signed(told, self._members.key),
            auditing.disordered(told, due),
            auditing.missing(told, due, due) if self._node is None else None,
        )

    def _keep(self, head: Head, days: list[dict[str, Any]], note: str) -> None:
        keys = [jwk(key) for key in self._trust.keys]
        self._copy.write("log.json", {"origin": self._trust.origin, "keys": keys})
        self._copy.write("members.json", self._members.seen)
        grown = head.size > self._copy.state["size"] or not self._copy.heads()
        seen = [{"day": None, "note": note}] if grown else []
        self._copy.commit(self._node, head.size, [*days, *seen], **self._reached())
        for line in self._members.new:
            self._say(line)

    def _reached(self) -> dict[str, Any]:
        """Where the next check can go on."""
        last = {node: [one.index, one.leaf.hex()] for node, one in self._chains.last.items()}
        told = self._finding is not None and self._finding.told
        return {"pages": self._finding.count if self._finding and told else None, "last": last}


def _found(finding: Finding | None) -> str:
    if finding is None:
        return "lookups: not checked, which takes everybody's records"
    if not finding.told:
        return "lookups: not checked, since this exchange does not tell them"
    return f"lookups: of {finding.count} pages, each record is found by what it says"


def _goes_on(copy: Copy) -> bool:
    """Whether the copy says where a check goes on; one of an older version does not."""
    state = copy.state
    return "last" in state and (state["node"] is not None or state["pages"] is not None)


def together(told: Iterable[Line], kept: Iterable[Line]) -> Iterator[tuple[list[Line], list[Line]]]:
    """Both, stretch by stretch."""
    one, other = _stretches(told), _stretches(kept)
    there, here = next(one, None), next(other, None)
    while there or here:
        number = min(each[0] for each in (there, here) if each)
        yield (
            there[1] if there and there[0] == number else [],
            here[1] if here and here[0] == number else [],
        )
        there = next(one, None) if there and there[0] == number else there
        here = next(other, None) if here and here[0] == number else here


def _stretches(lines: Iterable[Line]) -> Iterator[tuple[int, list[Line]]]:
    for number, those in groupby(lines, key=lambda line: line.index // STRETCH):
        yield number, list(those)
