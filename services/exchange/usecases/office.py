"""What the use of resources works with, and how somebody proves to be who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from services.exchange.domain.sequence import Sequences
from shared.documents import Storage
from shared.exchange.messages import Signer
from shared.personal import Vault
from shared.timekeeping import Now

Json = Mapping[str, Any]


class Written(Protocol):
    """Where a record is in the log: `services.exchange.usecases.appending.Receipt`."""

    record: dict[str, Any]
    index: Any
    leaf: str


class Log(Protocol):
    """The log of evidence as a use needs it: `services.exchange.usecases.appending.Appender`."""

    def append(self, entry: Json) -> Any: ...
    def known(self, request_id: str, attempt: int = 2) -> Sequence[Any]: ...
    def used(self, grant: str, of: str) -> int: ...


class Asking(Protocol):
    """One way to reach providers: `services.exchange.adapters`."""

    def ask(
        self,
        node: Json,
        order: Json,
        signature: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]: ...


class Telling(Protocol):
    """Signs of life of nodes: `services.exchange.usecases.pulses.Pulses`."""

    def tell(self, node: str, seconds: float, answered: bool, now: datetime) -> None: ...


class Reading(Protocol):
    """What every use reads first: `services.exchange.usecases.looking.Looking`."""

    def grant(self, id_: Any) -> Any: ...
    def nodes(self, ids: Iterable[str]) -> Mapping[str, Any]: ...
    def resource(self, code: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Office:
    """adapters: by the name that a node gives of its own. seconds: of a clock that never goes
    back. new_salt, new_id: chance."""

    store: Storage
    reading: Reading
    log: Log
    vault: Vault
    signer: Signer
    adapters: Mapping[str, Asking]
    pulse: Telling
    now: Now
    seconds: Callable[[], float]
    new_salt: Callable[[], str]
    new_id: Callable[[], str]
    sequences: Sequences = field(default_factory=Sequences)


class Signature(NamedTuple):
    """A consumer has signed its request with its node's key."""

    value: Any


class Token(NamedTuple):
    """A system has asked over HTTP with an access token; the request was made from what it sent."""

    client_id: str
    jti: str


Proof = Signature | Token
