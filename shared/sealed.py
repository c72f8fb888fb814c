"""Where a service keeps sealed values (`shared.personal.Vault`), so that they can be sealed anew.

Each service declares its own beside it, in ``sealed.py``: ``SEALED = (Sealed(...), ...)``; a
department that keeps nothing but cases need not.

Guarantees: a value is found by its place in the document, whatever else is there; what looks sealed
by a known key and is declared nowhere is found as well.
Does not: read or write a database (`shared.ops.rotating`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from shared.personal import sealed_by

PERSONAL = "PERSONAL_DATA_KEYS"
ANY = "*"


class Found(NamedTuple):
    """A sealed value. path: its keys and places in lists. holder: the mapping it lies in."""

    document: Mapping[str, Any]
    path: tuple[str, ...]
    holder: Mapping[str, Any]
    value: bytes

    @property
    def dotted(self) -> str:
        """As MongoDB writes it."""
        return ".".join(self.path)


class Sealed(NamedTuple):
    """path: dotted, ``*`` for every member or place. context: what the value was sealed for.
    keys: the setting that holds its keys."""

    collection: str
    path: str
    context: Callable[[Found], bytes]
    keys: str = PERSONAL

    def covers(self, found: Found) -> bool:
        """Whether it is about the value."""
        names = self.path.split(".")
        pairs = zip(names, found.path, strict=False)
        return len(names) == len(found.path) and all(name in (ANY, at) for name, at in pairs)


def by_id(found: Found) -> bytes:
    """The context of values that are sealed for their document."""
    return str(found.document["_id"]).encode()


def sealed_in(document: Mapping[str, Any]) -> Iterator[Found]:
    """Everything in the document that has the form of a sealed value."""
    return _walked(document, document, document, ())


def declaration(declared: Iterable[Sealed], collection: str, found: Found) -> Sealed | None:
    """The declaration that covers the value."""
    of_collection = (one for one in declared if one.collection == collection)
    return next((one for one in of_collection if one.covers(found)), None)


def is_stray(found: Found, known: Collection[str]) -> bool:
    """Whether the value, which nothing covers, is sealed all the same: by a key that is known."""
    return sealed_by(found.value) in known


def _walked(
    document: Mapping[str, Any], holder: Mapping[str, Any], value: Any, path: tuple[str, ...]
) -> Iterator[Found]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _walked(document, value, each, (*path, str(name)))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _walked(document, holder, each, (*path, str(place)))
    elif isinstance(value, bytes) and sealed_by(value) is not None:
        yield Found(document, path, holder, value)
