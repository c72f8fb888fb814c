"""What a consumer gets from the exchange, and what it asks it by (pure).

Use cases take a `Sharing` as they take a store: `shared.exchange.consumer` gives the real one,
`shared.exchange.testing` one for unit tests.

Guarantees: every answer says where it comes from and under which record it is proven.
Does not: ask.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Protocol, Required, TypedDict, Unpack


class Origin(NamedTuple):
    """Where an answer comes from: the provider's node, resource, its version, time (RFC 3339)."""

    provider: str
    resource: str
    version: int
    at: str

    def told(self) -> dict[str, Any]:
        """As JSON, to be kept beside what was read."""
        return self._asdict()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The record that proves a use: request's id and attempt, place in the log, leaf hash."""

    request: str
    attempt: int
    index: int
    leaf: str

    def told(self) -> dict[str, Any]:
        """As JSON, to be kept beside what was read."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a query. data: the asked fields, where `found`; else None."""

    found: bool
    data: Mapping[str, Any] | None
    origin: Origin
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a verification: `holds` where there is such a row and every claim is true."""

    holds: bool
    found: bool
    origin: Origin
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Subscription:
    """Records that are followed. number: of the last change; receipt: of its opening."""

    id: str
    resource: str
    state: str
    number: int
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Change:
    """A followed record has changed: which, in which of the followed fields, when (RFC 3339)."""

    number: int
    key: Mapping[str, Any]
    fields: Sequence[str]
    at: str


@dataclass(frozen=True, slots=True)
class Changes:
    """In order. next: after which number to read on; more: whether there is more already."""

    changes: Sequence[Change]
    next: int
    more: bool


class Following(Protocol):
    """How use cases follow records, under a grant of the kind "subscribe".

    Errors as of `Sharing`, and by type: too-many-subscriptions (`Conflict`), subscription-unknown,
    and as `Gone`: subscription-ended, and changes-gone, which is a gap: query all keys again, then
    read on after ``error.extensions["next"]``.
    """

    def subscribe(
        self,
        resource: str,
        keys: Sequence[Mapping[str, Any]],
        *,
        fields: Collection[str],
        purpose: str,
        case: str,
        item: str | None = None,
        id: str = "",
    ) -> Subscription:
        """Follow up to 500 records, as far as `fields` say. id: the same opens the same one."""
        ...

    def subscription(self, id: str) -> Subscription: ...

    def changes(self, id: str, *, after: int = 0, limit: int = 100) -> Changes:
        """What has changed after the number `after`, at most `limit` (500) changes."""
        ...

    def unsubscribe(self, id: str) -> Subscription: ...


class Use(TypedDict, total=False):
    """What a question is for.

    purpose: slug, as granted. case: the case it serves, ``<service>/<case id>``. item: the code of
    its service item. id: the same for the same question asked again after a crash; it is then
    proven by one record.
    """

    purpose: Required[str]
    case: Required[str]
    item: str | None
    id: str


class Sharing(Protocol):
    """What use cases ask of the exchange, each question with what it is for (`Use`, by keywords).

    key: values by field of the resource's key. fields: no more than is needed.

    `Unavailable`: exchange or provider is away; go on, and check later. `Forbidden`, `NotFound`,
    `Conflict` by type: grant-unknown, grant-revoked, grant-expired, kind-, purpose-, item- or
    fields-not-granted, quota-exhausted, resource-unknown; asking again changes nothing.
    """

    def query(
        self, resource: str, key: Mapping[str, Any], *, fields: Collection[str], **use: Unpack[Use]
    ) -> Found: ...

    def verify(
        self,
        resource: str,
        key: Mapping[str, Any],
        *,
        claims: Mapping[str, Any],
        **use: Unpack[Use],
    ) -> Verdict: ...

    def batch(
        self,
        resource: str,
        keys: Sequence[Mapping[str, Any]],
        *,
        fields: Collection[str],
        first: int = 0,
        **use: Unpack[Use],
    ) -> Iterator[Found]:
        """One answer a key, in their order, from the key in place `first` on: after a crash, ask
        with the same `id` and go on where you were. Keys are asked for 500 at a time, and the
        next 500 while these are read."""
        ...
