"""Reference data of the local platform: ``python -m services.exchange.seed http://localhost:8000``.

The simulated systems that the platform's departments ask are connected and declared, and the grants
that education, health and enterprise need are asked for and approved by the provinces' officials.

Guarantees: can be repeated; everything is made by the same rules as any other. Does not: belong
anywhere else than on the local platform: the simulated systems' private keys are public.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from services.exchange.service import Service
from services.exchange.simulator import nodes as simulated
from services.exchange.usecases import directory, nodes, requests, resources
from shared.access import Caller
from shared.commands import config_of, store_of
from shared.documents import Document, Storage
from shared.entrypoints.request import Call
from shared.events import derived_id
from shared.races import until_fresh

OPENED = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
UNTIL = "2028-12-31"
PATIENCE, PAUSE = 180.0, 0.2
"""Seconds for a service to announce its resources, and between two looks."""
ADMINISTRATOR = Caller("seed", "official", "seed", "430000", "platform", frozenset({"administer"}))
CONTACT = {"office": "数据资源处（演示）", "phone": "0731-12345"}


class Ask(NamedTuple):
    """What a department of the local platform needs of another's resource."""

    consumer: str
    resource: str
    fields: tuple[str, ...]
    kinds: tuple[str, ...]
    purpose: str
    items: tuple[str, ...]
    explanation: str
    legal_basis: str


QUERY, VERIFY, BATCH, SUBSCRIBE = "query", "verify", "batch", "subscribe"
ENROLMENT = ("education-enrolment",)
SCHOOLING = ("入学报名免填、核验户籍与监护关系", "《义务教育法》第十二条")

ASKS = (
    Ask(
        "GOV/education/education",
        "household-membership",
        ("division", "street", "community"),
        (QUERY, VERIFY),
        "enrolment",
        ENROLMENT,
        *SCHOOLING,
    ),
    Ask(
        "GOV/education/education",
        "guardianship",
        ("relation", "in_force"),
        (QUERY, VERIFY),
        "enrolment",
        ENROLMENT,
        *SCHOOLING,
    ),
    Ask(
        "GOV/education/education", "wards", ("wards",), (QUERY,), "enrolment", ENROLMENT, *SCHOOLING
    ),
    Ask(
        "GOV/health/health",
        "professional-qualification",
        ("name", "certificate", "level", "category", "passed_on", "status"),
        (QUERY, VERIFY),
        "practitioner-registration",
        ("health-doctor-registration", "health-nurse-registration"),
        "执业注册时核验资格，申请人免交资格证书",
        "《医师法》第十三条；《护士条例》第八条",
    ),
    Ask(
        "GOV/health/health",
        "professional-qualification",
        ("status",),
        (QUERY, BATCH, SUBSCRIBE),
        "practitioner-supervision",
        (),
        "注册后持续核验资格状态，资格被撤销的依法核查注册",
        "《医师法》第十三条、第十七条；《行政许可法》第六十一条、第七十条",
    ),
    Ask(
        "GOV/market-regulation/enterprise",
        "barred-person",
        ("listing",),
        (VERIFY,),
        "enterprise-establishment",
        ("enterprise-establishment", "enterprise-change"),
        "登记时核验法定代表人、股东是否为失信被执行人",
        "《公司法》第一百七十八条；《市场主体登记管理条例》第十二条",
    ),
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """simulator: its address, or none. wait: until a look succeeds, or not."""

    simulator: str | None
    wait: Callable[[Callable[[], Any]], bool]


def seed(store: Storage, around: Surroundings) -> list[str]:
    """Make what is missing; what a person should know."""
    directory.plan(store)
    if around.simulator:
        for node in simulated.LOCAL:
            _connect(store, node, simulated.url(around.simulator, node))
            _declare(store, simulated.declaration(node))
    return [_granted(store, ask, around) for ask in ASKS]


def _call(store: Storage, body: Mapping[str, Any], id_: str = "", kind: str = "nodes") -> Call:
    known = store[kind].get(id_) if id_ else None
    return Call(OPENED, ADMINISTRATOR, body=body, if_match=known["version"] if known else 0)


def _connect(store: Storage, id_: str, url: str) -> None:
    """The simulated system's node, at the address at which it is today."""
    node = store["nodes"].require(id_)
    if node["url"] != url:
        key = {"subsystem": simulated.SUBSYSTEM, "jwk": simulated.signer(id_).jwk}
        body = {"adapter": "http", "url": url, "tls": None, "contact": CONTACT, "key": key}
        nodes.set_up(store, _call(store, body, id_), id_)
    for action in ("test", "connect") if node["state"] == "planned" else ():
        nodes.move(store, _call(store, {}, id_), id_, action)


def _declare(store: Storage, told: Mapping[str, Any]) -> None:
    body = {name: told[name] for name in told if name not in ("code", "version")}
    resources.declare(store, _call(store, body), told["code"], told["version"])


def _granted(store: Storage, ask: Ask, around: Surroundings) -> str:
    """The grant that `ask` is answered with, in a line."""

    def resource() -> Document | None:
        return store["resources"].get(ask.resource)

    if not around.wait(resource):
        return f"{ask.consumer} waits for {ask.resource}, which nobody has declared"
    request = _answered(store, ask, resource() or Document({}))
    grant = store["grants"].require(request["grant"])
    return f"{ask.consumer} may use {ask.resource} until {grant['until_day']}  ({grant['number']})"


def _answered(store: Storage, ask: Ask, resource: Document) -> Document:
    """The request, made and approved by officials of both sides; one that is there stays."""
    id_ = derived_id("seed", "sharing", ask.consumer, ask.resource, ask.purpose)
    keeper = _official(resource["provider"].partition("/")[2])
    if store["cases"].get(id_) is None:
        asker = _official(ask.consumer.split("/")[1])
        requests.submit(store, Call(OPENED, asker, body=_body(ask), id=id_, digest="seed"))
    for step in (requests.accept, requests.approve):
        found = store["cases"].require(id_)
        if found["state"] in ("submitted", "processing"):
            step(store, Call(OPENED, keeper, body={}, if_match=found["version"]), id_)
    until_fresh(lambda: requests.settle(store, id_, OPENED))  # the running service does it, too
    return store["cases"].require(id_)


def _official(department: str) -> Caller:
    powers = frozenset({"accept", "approve"})
    return Caller("seed", "official", "seed", "430000", department, powers)


def _body(ask: Ask) -> dict[str, Any]:
    return {
        "consumer": ask.consumer,
        "resource": ask.resource,
        "fields": list(ask.fields),
        "kinds": list(ask.kinds),
        "purposes": [ask.purpose],
        "items": list(ask.items),
        "volume": {"amount": 100_000, "period": "day"},
        "until_day": UNTIL,
        "explanation": ask.explanation,
        "legal_basis": ask.legal_basis,
    }


def patiently(look: Callable[[], Any]) -> bool:
    """Whether `look` succeeds within `PATIENCE`."""
    until = time.monotonic() + PATIENCE
    while not look():
        if time.monotonic() > until:
            return False
        time.sleep(PAUSE)
    return True


def main() -> None:
    """Seed the database of this environment."""
    around = Surroundings(os.environ.get("SIMULATOR_URL"), patiently)
    print("\n".join(seed(store_of(Service, config_of(Service)), around)))


if __name__ == "__main__":
    main()
