"""Implementing lists (实施清单): per scope and department, when each item is in force and how.

An item's document is the truth; a list is what follows from the items, small enough to be held in
memory. Terms: GB/T 39554.1 (basic directory 基本目录, implementing list 实施清单).

    item  {_id: code, implementations: {scope: [version, ...]}, ...}
    list  {_id: "430100:health", scope, department, entries: {code: entry}}
    entry {name, audience, spans, digests}
          spans: [[first, last | None, fully online], ...], ascending
          digests: of every version, shortened: what a list knows need not be looked up

Guarantees: the same items give the same lists (`entries_of`). Does not: store.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.catalogue.domain.depth import is_fully_online
from services.catalogue.domain.places import EVERY
from services.catalogue.domain.versions import Version, added, closed, latest, spans

Entry = dict[str, Any]


class ListKey(NamedTuple):
    """One authority's list: who exercises (`places`), and which department."""

    scope: str
    department: str

    @property
    def id(self) -> str:
        return f"{self.scope}:{self.department}"


def departments_of(versions: Iterable[Version]) -> set[str]:
    """The departments an implementation has ever belonged to."""
    return {v["content"]["department"] for v in versions if v["content"] is not None}


def short(digest: str) -> str:
    """A digest as lists keep it: 96 bits."""
    return digest[:24]


def _entry(versions: Sequence[Version], department: str) -> Entry:
    content = latest(versions)
    return {
        "digests": [short(v["digest"]) for v in versions if _is_of(v, department)],
        "name": content["name"],
        "audience": content["audience"],
        "spans": [
            [s.first, s.last, is_fully_online(s.version["content"])]
            for s in spans(versions)
            if _is_of(s.version, department)
        ],
    }


def _is_of(version: Version, department: str) -> bool:
    return version["content"] is not None and version["content"]["department"] == department


def entries_of(item: Mapping[str, Any]) -> Iterator[tuple[ListKey, Entry]]:
    """What `item` puts on which lists; a list it has left keeps it without a current span."""
    for scope, versions in item["implementations"].items():
        for department in sorted(departments_of(versions)):
            yield ListKey(scope, department), _entry(versions, department)


class Known:
    """What the lists say already, so that rows which say the same need no look-up."""

    def __init__(self, lists: Iterable[Mapping[str, Any]]) -> None:
        self._digests: dict[tuple[str, str], list[str]] = {}
        self._announced: set[str] = set()
        for one in lists:
            if one["scope"].startswith(EVERY):
                self._announced.update(one["entries"])
            else:
                for code, entry in one["entries"].items():
                    self._digests.setdefault((one["scope"], code), []).extend(entry["digests"])

    def has(self, division: str, code: str, digest: str) -> bool:
        """Whether the imported item `code` has this version in `division`."""
        digests = self._digests.get((division, code), ())
        return code not in self._announced and short(digest) in digests


def merged(
    existing: Mapping[str, Any] | None, key: ListKey, entries: Mapping[str, Entry]
) -> dict[str, Any]:
    """The list `existing` (None: not there yet) with `entries` put in."""
    before = existing or {"_id": key.id, "kind": "list", **key._asdict(), "entries": {}}
    return {**before, "entries": {**before["entries"], **entries}}


def blank(code: str, source: str) -> dict[str, Any]:
    """An item nobody exercises yet. source: "announced" or "imported"."""
    return {"_id": code, "source": source, "implementations": {}}


def exercised(
    item: Mapping[str, Any], scope: str, content: Mapping[str, Any], *, source: str, at: Any
) -> dict[str, Any]:
    """`item` with a version that says `content` in `scope`."""
    before = item["implementations"].get(scope, [])
    after = added(before, content, source=source, recorded_at=at)
    return {**item, "implementations": {**item["implementations"], scope: after}}


def ceased(
    item: Mapping[str, Any], scopes: Collection[str], first: str, *, source: str, at: Any
) -> dict[str, Any]:
    """`item` no longer exercised in `scopes` from the day `first` on."""
    implementations = {
        scope: closed(versions, first, source=source, recorded_at=at)
        if scope in scopes
        else versions
        for scope, versions in item["implementations"].items()
    }
    return {**item, "implementations": implementations}
