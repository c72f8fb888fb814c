"""What a department gives for each of its items, besides the definition (pure).

Guarantees: the hooks below are all that the base asks of a department. Does not: call them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.access import Caller
from shared.department.facts import Fact
from shared.documents import Storage
from shared.errors import FieldError
from shared.item import Item
from shared.personal import Vault
from shared.text import Text


@dataclass(frozen=True, slots=True)
class Application:
    """What an applicant asks for: the id of the case it will be, item, division, loaded form.

    held: by pointer, what of the form was read from the government's registers.
    """

    id: str
    item: Item
    division: str
    form: Mapping[str, Any]
    caller: Caller
    legal_person: str | None
    now: datetime
    held: Mapping[str, Fact] = field(default_factory=dict)


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


Own = Callable[[Storage, Vault, Mapping[str, Any]], Mapping[str, Any] | None]
"""``own(store, vault, key)``: what the department's own records say, or None."""


@dataclass(frozen=True, slots=True)
class Source:
    """Fields of a form that a resource of the exchange fills, so that people are not asked.

    key: field of the resource's key -> where its value is: an attribute of the caller's account
    ("@identity"), or a pointer to a field that an earlier source has filled. What people merely
    state is no key, or anybody could read about anybody. fixed: fields of the key whose values are
    always the same. fields: pointer into the form -> field of the resource. rows: the field that
    holds a list of rows; `fields` then name fields of a row, and the row is chosen, or confirmed,
    that agrees with what the form says already. own: reads the department's own records instead of
    the exchange, by any field of the form; what it tells of others is its own affair. The resource
    `ACCOUNT` (of `shared.department.facts`) is identity's: name, identity, phone, account; it needs
    no key.
    """

    resource: str
    fields: Mapping[str, str]
    key: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    purpose: str = ""
    rows: str = ""
    own: Own | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A claim of one application. about: the pointer it is about. key, claims: as the exchange is
    asked; a value "@person" is the keyed lookup of the applicant's own number. known: the fact by
    which it is proven already; nothing is asked then. whose: an identity number that must be the
    applicant's own, else the claim fails and nothing is asked.
    """

    about: str
    key: Mapping[str, Any]
    claims: Mapping[str, Any]
    known: Fact | None = None
    whose: str = ""


Questions = Callable[[Storage, Application], Iterable[Question]]
"""What is to be verified of an application; nothing where nothing is."""


@dataclass(frozen=True, slots=True)
class Verification:
    """A claim that a register can confirm, asked after the submission, by yes or no.

    name: a slug, unique in the item. claim: what is claimed, in words. absent: the claim holds
    where the register has no such entry (a list of those barred). before: the moves that wait for
    it, where it is mandatory. override: the law by which an official may make them without it,
    with reasons; None where there is no such law. needs: the name of the verification that has to
    hold before this one is asked, so that nobody learns about others by claiming.
    """

    name: str
    resource: str
    purpose: str
    claim: Text
    questions: Questions
    absent: bool = False
    mandatory: bool = True
    before: tuple[str, ...] = ("approve",)
    override: Text | None = None
    needs: str = ""


def _nothing_wrong(store: Storage, application: Application) -> Sequence[FieldError]:
    return ()


def _only_the_decision(store: Storage, fulfilment: Fulfilment) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Practice:
    """An item and how this department handles it; `decide` exactly where the item is instant.

    sources: in order; a later one may be found by what an earlier one has filled. An instant item
    is decided before a register could answer, so it has no verifications.
    """

    item: Item
    check: Check = _nothing_wrong
    decide: Decide | None = None
    fulfil: Fulfil = _only_the_decision
    sources: tuple[Source, ...] = ()
    verifications: tuple[Verification, ...] = ()

    def __post_init__(self) -> None:
        if self.item.instant != (self.decide is not None):
            raise ValueError(f"{self.item.code}: an instant item, and only one, decides by rules")
        if self.item.instant and self.verifications:
            raise ValueError(f"{self.item.code}: an instant item cannot wait for a register")
