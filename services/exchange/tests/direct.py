"""The exchange's evidence without a network: the verifier's questions, answered by entrypoints."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from services.exchange import evidence_schemas as schemas
from services.exchange.evidencing import Evidencing
from services.exchange.tests.evidence import CONSUMER, PROVIDER, SIGNER, Clock, entry
from services.exchange.usecases.appending import Appender
from services.exchange.verifying.source import Absent, Unreachable
from shared.access import Caller
from shared.entrypoints import Reply
from shared.errors import ServiceError
from shared.exchange.messages import ANSWER, REQUEST, Signer, signable, signable_request
from shared.testing import a_call, an_official
from shared.tests.exchanging import NODE, OFFICE

AUDITOR = an_official("a", "430000", "audit", "supervise")
SALT = "5a" * 16
KEYS = {"GOV/education": OFFICE, PROVIDER: NODE}


class Bare(Evidencing):
    """The entrypoints, without Nameko."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.clock = Clock()  # type: ignore[assignment]
        self.log = Appender(store, SIGNER, self.clock)


ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("checkpoint", "read_checkpoint", None),
    ("tile/(?P<place>.+)", "read_tile", None),
    ("keys", "read_log_keys", None),
    ("heads", "list_heads", schemas.HeadsQuery),
    ("consistency", "prove_consistency", schemas.ConsistencyQuery),
    ("records", "list_records", schemas.RecordsQuery),
    ("lookups", "list_lookups", schemas.PagesQuery),
    ("records/(?P<request_id>.+)", "read_records", None),
)


class Direct:
    """A `Source` over `store`, as `caller` sees it. keys: of members. bend: bends what is told."""

    def __init__(self, store: Any, caller: Caller = AUDITOR) -> None:
        self.service = Bare(store)
        self.caller = caller
        self.keys: dict[str, Signer] = dict(KEYS)
        self.bend: Callable[[str, bytes], bytes] = lambda path, data: data

    def get(self, path: str, **query: Any) -> bytes:
        return self.bend(path, self._told(path, query))

    def lines(self, path: str, **query: Any) -> Iterator[bytes]:
        reply = self._answered(path.removeprefix("/exchange/evidence/"), query)
        assert reply.stream is not None
        return iter(self.bend(path, b"".join(reply.stream)).splitlines())

    def _told(self, path: str, query: dict[str, Any]) -> bytes:
        if node := re.fullmatch("/exchange/nodes/(.+)", path):
            if node[1] not in self.keys:
                raise Absent(path)
            return orjson.dumps({"keys": [{"jwk": self.keys[node[1]].jwk}]})
        body = self._answered(path.removeprefix("/exchange/evidence/"), query).body
        if isinstance(body, bytes):
            return body
        return body.encode() if isinstance(body, str) else orjson.dumps(body)

    def _answered(self, path: str, query: dict[str, Any]) -> Reply:
        for pattern, method, schema in ROUTES:
            if found := re.fullmatch(pattern, path):
                asked = {name: str(value) for name, value in query.items()}
                call = a_call(self.caller, query=schema().load(asked) if schema else {})
                try:
                    reply: Reply = getattr(self.service, method)(call, **found.groupdict())
                except ServiceError as error:
                    raise Unreachable(f"{path}: {error}") from error
                return reply
        raise AssertionError(path)


def signed_entry(n: int, **given: Any) -> dict[str, Any]:
    """The entry of an answered query that consumer and provider have signed."""
    request = {
        "id": f"id-{n}", "attempt": 1, "at": "2026-11-23T04:00:00.000Z", "kind": "query",
        "consumer": CONSUMER, "grant": "grant-1", "purpose": "school-enrolment",
        "case": f"education/case-{n}", "item": "school-enrolment",
        "resource": "household-membership", "fields": ["name"], "salt": SALT,
        "key": {"number": n}, "keys": None, "claims": None,
    }  # fmt: skip
    told = signable_request(request)
    answer = {
        "request": f"id-{n}", "attempt": 1, "at": "2026-11-23T04:00:00.050Z", "node": PROVIDER,
        "digest": f"{n:064x}",
    }  # fmt: skip
    named = {name: told[name] for name in ("id", "attempt", "at", "case", "fields")}
    made = {
        **named,
        "request": told["content"],
        "request_salt": SALT,
        "response": answer["digest"],
        "consumer_signature": OFFICE.sign(REQUEST, told),
        "consumer_kid": OFFICE.kid,
        "provider_signature": NODE.sign(ANSWER, signable(answer)),
        "provider_kid": NODE.kid,
    }
    return entry(**{**made, **given})


def foreign_entry(n: int) -> dict[str, Any]:
    """The entry of a refusal, in which neither side of `signed_entry` takes part."""
    nothing = dict.fromkeys(
        ("provider", "response", "answered_at", "provider_signature", "provider_kid", "grant",
         "consumer_signature", "consumer_kid")
    )  # fmt: skip
    refusal = {"outcome": "refused:grant-unknown", "consumer": "COUNTY/430104/hospital"}
    return entry(f"id-{n}", **{**nothing, **refusal})
