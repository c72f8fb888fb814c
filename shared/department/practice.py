"""What a department gives for each of its items, besides the definition (pure).

Guarantees: the hooks below are all that the base asks of a department. Does not: call them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.access import Caller
from shared.documents import Storage
from shared.errors import FieldError
from shared.item import Item
from shared.text import Text


@dataclass(frozen=True, slots=True)
class Application:
    """What an applicant asks for: the id of the case it will be, item, division, loaded form."""

    id: str
    item: Item
    division: str
    form: Mapping[str, Any]
    caller: Caller
    legal_person: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """How the rules of an instant item decide; a refusal has reasons."""

    approved: bool
    reasons: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """An approved case whose result is due. `form` is open; `decided_at` is the approval's time."""

    id: str
    number: str
    item: Item
    division: str
    form: Mapping[str, Any]
    applicant: Mapping[str, Any]
    decided_at: datetime


Check = Callable[[Storage, Application], Sequence[FieldError]]
"""What the rules find wrong with an application, beyond its schema; pointers are below the form."""
Decide = Callable[[Storage, Application], Decision]
"""The decision of an instant item; may claim what must be unique, for `Application.id`."""
Fulfil = Callable[[Storage, Fulfilment], Mapping[str, Any]]
"""What an approval does; its answer is the case's `result`. Repeated, it does the same once."""


def _nothing_wrong(store: Storage, application: Application) -> Sequence[FieldError]:
    return ()


def _only_the_decision(store: Storage, fulfilment: Fulfilment) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Practice:
    """An item and how this department handles it; `decide` exactly where the item is instant."""

    item: Item
    check: Check = _nothing_wrong
    decide: Decide | None = None
    fulfil: Fulfil = _only_the_decision

    def __post_init__(self) -> None:
        if self.item.instant != (self.decide is not None):
            raise ValueError(f"{self.item.code}: an instant item, and only one, decides by rules")
