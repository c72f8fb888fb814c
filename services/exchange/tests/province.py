"""A province of three for tests of use: a register that provides, a school office that reads, and
the exchange between them with a real log, all in one process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from services.exchange.adapters import unavailable
from services.exchange.tests.evidence import Clock, records
from services.exchange.usecases import batching, using
from services.exchange.usecases.appending import Appender
from services.exchange.usecases.looking import Looking
from services.exchange.usecases.office import Office, Signature, Token
from services.exchange.usecases.pulses import Pulses
from shared.exchange.messages import REQUEST, Signer, instant, signable_request
from shared.testing import FakeStore
from shared.tests.exchanging import EXCHANGE, HOUSEHOLDS, NODE, OFFICE, VAULT, ZHANG, Register

BEGAN = datetime.fromisoformat("2026-01-05T00:00:00Z")
MEMBER, CONSUMER = "GOV/education", "GOV/education/education"
PROVIDER = "GOV/public-security"


def node(id_: str, subsystem: str, signer: Signer, **given: Any) -> dict[str, Any]:
    key = {"kid": signer.kid, "jwk": signer.jwk, "subsystem": subsystem}
    return {
        "_id": id_,
        "state": "connected",
        "adapter": "amqp",
        "service": subsystem,
        "keys": [{**key, "since": BEGAN, "until": None}],
        **given,
    }


def grant(**given: Any) -> dict[str, Any]:
    return {
        "_id": "grant-1",
        "consumer": CONSUMER,
        "consumer_member": MEMBER,
        "provider": PROVIDER,
        "resource": HOUSEHOLDS.code,
        "resource_version": 1,
        "fields": ["number", "members"],
        "kinds": ["query", "verify", "batch", "subscribe"],
        "purposes": ["enrolment"],
        "items": ["school-enrolment"],
        "quota": {"amount": 1000, "period": "day"},
        "from_day": "2026-01-05",
        "until_day": "2026-12-31",
        "state": "active",
        "revoked": None,
        **given,
    }


def resource(**given: Any) -> dict[str, Any]:
    subject = {"kind": "person", "field": "identity", "also": ["members.identity"]}
    types = {"identity": "string", "number": "string", "address": "string", "members": "array"}
    titles = {name: {"zh": name, "en": name} for name in types}
    fields = [{"name": n, "type": type_, "title": titles[n]} for n, type_ in types.items()]
    version = {"version": 1, "key": ["identity"], "subject": subject, "until": None}
    version |= {"fields": fields}
    return {
        "_id": HOUSEHOLDS.code,
        "provider": PROVIDER,
        "subsystem": "household",
        "state": "published",
        "version": 1,
        "fields": fields,
        "versions": [version],
        **given,
    }


SALT = "5a" * 16


class Register_(Register):
    """The register, with the exchange's clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock


class Line:
    """The adapter to the register; `spoil` changes what comes back, `away` lets nothing through."""

    def __init__(self, clock: Clock) -> None:
        self.register = Register_(clock)
        self.away = False
        self.spoil: Callable[[dict[str, Any]], dict[str, Any]] = lambda answer: answer
        self.orders: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    def ask(
        self,
        node: Mapping[str, Any],
        order: Mapping[str, Any],
        signature: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        assert node["service"] == "household" and timeout > 0
        self.orders.append(dict(order))
        self.headers.append(dict(headers or {}))
        if self.away:
            raise unavailable()
        return self.spoil(self.register.provide(dict(order), signature))


class Province:
    """store: of the exchange, with nodes, a resource and a grant. clock: everybody's."""

    def __init__(self, store: Any = None) -> None:
        self.store = store or FakeStore()
        self.clock = Clock()
        self.numbers = count(1)
        self.line = Line(self.clock)
        self.put("nodes", node(PROVIDER, "household", NODE), node(MEMBER, "education", OFFICE))
        self.put("resources", resource())
        self.put("grants", grant())
        self.office = self.process()

    def process(self) -> Office:
        """An instance of the exchange."""
        return Office(
            store=self.store,
            reading=Looking(self.store, seconds=lambda: next(self.numbers)),
            log=Appender(self.store, EXCHANGE, self.clock),
            vault=VAULT,
            signer=EXCHANGE,
            adapters={"amqp": self.line},
            pulse=Pulses(),
            now=self.clock,
            seconds=lambda: 0.0,
            new_salt=lambda: f"{next(self.numbers):032x}",
            new_id=lambda: f"unread-{next(self.numbers)}",
        )

    def put(self, collection: str, *documents: Mapping[str, Any]) -> None:
        self.store[collection].put_many(documents)

    def later(self, seconds: float) -> None:
        self.clock.now += timedelta(seconds=seconds)

    def records(self) -> list[dict[str, Any]]:
        """The records of a log in which nothing is amiss."""
        return records(self.store, EXCHANGE)

    def outcomes(self) -> list[str]:
        return [record["outcome"] for record in self.records()]

    def request(self, **given: Any) -> dict[str, Any]:
        return {
            "id": "8f14e45f-ceea-467f-9a3b-0000000000aa",
            "attempt": 1,
            "at": instant(self.clock()),
            "kind": "query",
            "consumer": CONSUMER,
            "grant": "grant-1",
            "purpose": "enrolment",
            "case": "education/case-1",
            "item": "school-enrolment",
            "resource": HOUSEHOLDS.code,
            "fields": ["number"],
            "salt": SALT,
            "key": {"identity": ZHANG},
            "keys": None,
            "claims": None,
            **given,
        }

    def use(
        self, signer: Signer = OFFICE, office: Office | None = None, **given: Any
    ) -> dict[str, Any]:
        """A use signed by `signer`, at an instance of the exchange."""
        request = self.request(**given)
        signature = Signature(signer.sign(REQUEST, signable_request(request)))
        work = batching.chunk if request["kind"] == "batch" else using.use
        return work(office or self.office, request, signature)

    def use_by_token(self, client_id: str = "education", **given: Any) -> dict[str, Any]:
        """A use over HTTP."""
        request = self.request(**given)
        return using.use(self.office, request, Token(client_id, "jti-1"))
