"""Whether the log's records can be found: by whom they are about, by request, by who took part.

What a page is found by follows from its records and is not signed: who may write the database could
hide a record from the list of the person it is about, though not from this check.

Guarantees: the first record that cannot be found by something it says is named, or the first page
that is found by what none of its records says; where pages begin and end is what the exchange has
signed. Does not: look into the leaves of batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from services.exchange.domain.auditing import Fault, Line
from services.exchange.domain.log import SIGNED
from services.exchange.domain.lookups import lookups
from services.exchange.verifying.proving import EVIDENCE, Trust
from services.exchange.verifying.source import Absent, Source, Unreachable
from shared.exchange.messages import PAGE, verified

PATH = f"{EVIDENCE}/lookups"


class Page(NamedTuple):
    """Its signed header, and what it is found by."""

    header: Mapping[str, Any]
    signature: str
    lookups: Sequence[str]


class Finding:
    """One check of the pages from the number `first` on, along with their records.

    told: whether the exchange tells it at all, as far as it was asked; an older one does not.
    count: so many pages are in order, with those before `first`.
    """

    def __init__(self, source: Source, trust: Trust, first: int = 0) -> None:
        self._source, self._trust, self._first = source, trust, first
        self._pages: Iterator[Page] | None = None
        self._page: Page | None = None
        self._held: list[Line] = []
        self.told, self.count = True, first

    def fault(self, records: Sequence[Line]) -> Fault | None:
        """The first fault of `records`, which follow those given before."""
        for line in records:
            page = self._page = self._page or self._following(line)
            if page is None:
                return None
            if fault := self._foreign(page, line):
                return fault
            self._held.append(line)
            if len(self._held) == page.header["count"]:
                if fault := unfound(page, self._held):
                    return fault
                self._page, self._held, self.count = None, [], self.count + 1
        return None

    def _following(self, line: Line) -> Page | None:
        """The page in which the record begins; None where pages are not told."""
        if self._pages is None:
            self._pages = _read(self._source.lines(PATH, **{"from": self._first}))
        try:
            page = next(self._pages, None) if self.told else None
        except Absent:
            self.told, page = False, None
        if page is None and self.told:
            raise Unreachable(f"{PATH}: the list ends before record {line.index}")
        return page

    def _foreign(self, page: Page, line: Line) -> Fault | None:
        """What is no page that the exchange has signed, or not the one of this record."""
        header = page.header
        due = {"n": self.count, "first": line.index - len(self._held)}
        if not any(verified(PAGE, header, page.signature, key) for key in self._trust.keys):
            return _fault(line, f"lies in page {self.count}, which the exchange has not signed so")
        if any(header[name] != value for name, value in due.items()):
            return _fault(line, f"is not in page {header['n']}, where it is told to be")
        return None


def unfound(page: Page, records: Sequence[Line]) -> Fault | None:
    """The first of the page's `records` that cannot be found, or is found by what it is not."""
    told, due = set(page.lookups), set[str]()
    for line in records:
        own = set(lookups(line.index, [line.record]))
        if missing := sorted(own - told):
            return _fault(line, f"cannot be found by {missing[0]}: that was taken from its page")
        due |= own
    if forged := sorted(told - due):
        n = page.header["n"]
        return _fault(records[0], f"lies in page {n}, to which {forged[0]} was added")
    return None


def _read(lines: Iterator[bytes]) -> Iterator[Page]:
    for raw in lines:
        try:
            told = orjson.loads(raw)
            if "pages" in told:
                return
            page = Page(told["header"], told["signature"], told["lookups"])
            fits = page.header.keys() == set(SIGNED) and type(page.header["count"]) is int
        except (ValueError, KeyError, TypeError, AttributeError):
            fits = False
        if not fits:
            raise Unreachable(f"{PATH}: not a line of the list")
        yield page
    raise Unreachable(f"{PATH}: the list was cut short")


def _fault(line: Line, detail: str) -> Fault:
    return Fault("lookup", line.index, line.told, detail)
