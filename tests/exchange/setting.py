"""Puts simulated systems and a consumer into the exchange of a running platform, as administrators
do: nodes, keys, resources; a system of the health department; and its grant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.exchange.simulator import nodes
from services.exchange.simulator.nodes import LOCAL, SUBSYSTEM
from shared.local import Platform
from tests.journeys.enterprise import in_days
from tests.journeys.people import Person, ok
from tests.journeys.sharing import CONTACT, EXCHANGE, ask, closed, move, of_department
from tests.journeys.systems import System, system

ADMINISTRATOR, ASKER, KEEPER = "13900000009", "13900000221", "13900000222"
CASE, PURPOSE = "his/2026-0042", "practitioner-registration"


@dataclass
class Setting:
    """consumer: the system that asks. grant: its grant for `resource` of the node `provider`."""

    platform: Platform
    administrator: Person
    consumer: System
    grant: str
    provider: str = LOCAL[0]
    subsystem: str = SUBSYSTEM

    @property
    def resource(self) -> str:
        return nodes.resource(self.provider).code

    @property
    def service(self) -> str:
        """The path of the resource by X-Road's protocol."""
        return f"{EXCHANGE}/r1/HUNAN/{self.provider}/{self.subsystem}/{self.resource}"

    def headers(self, **given: str) -> dict[str, str]:
        """What a request of the consumer carries."""
        own = self.consumer.headers
        return {
            "Authorization": str(own["Authorization"]),
            "X-Road-Client": str(own["X-Road-Client"]),
            "X-Road-Issue": CASE,
            "Exchange-Grant": self.grant,
            "Exchange-Purpose": PURPOSE,
            "Accept-Language": "en",
            **{name.replace("_", "-"): value for name, value in given.items()},
        }


def set_up(platform: Platform, held: Iterable[str] = LOCAL, **asked: Any) -> Setting:
    """The nodes `held` connected, and that of health; a consumer with a grant for the first."""
    administrator = Person(platform.url, ADMINISTRATOR)
    base = platform.environment("exchange")["SIMULATOR_URL"]
    for node in dict.fromkeys([*held, "GOV/health"]):
        connect(administrator, base, node)
    for node in held:
        declare(administrator, node)
    consumer, provider = system(administrator, "health"), next(iter(held))
    given = grant(administrator, consumer, provider, **asked)
    return Setting(platform, administrator, consumer, given, provider)


def connect(administrator: Person, base: str, node: str) -> None:
    """The simulated node, connected; as it is, where it is connected already."""
    if ok(administrator.get(f"{EXCHANGE}/nodes/{node}"))["state"] == "connected":
        return
    key = {"subsystem": SUBSYSTEM, "jwk": nodes.signer(node).jwk}
    at = {"adapter": "http", "url": nodes.url(base, node), "contact": CONTACT}
    ok(move(administrator, f"nodes/{node}", "connection", **at, key=key))
    for action in ("test", "connect"):
        ok(move(administrator, f"nodes/{node}", action))


def declare(administrator: Person, node: str) -> None:
    """What the simulated node holds, in the catalogue."""
    told = nodes.declaration(node)
    code, version = told.pop("code"), told.pop("version")
    ok(administrator.put(f"{EXCHANGE}/resources/{code}/versions/{version}", json=told))


def grant(administrator: Person, consumer: System, provider: str, **changes: Any) -> str:
    """The id of a grant: asked for by the consumer's department, given by the provider's."""
    held = nodes.resource(provider)
    body = {
        "consumer": consumer.consumer,
        "resource": held.code,
        "fields": list(held.fields),
        "kinds": ["query", "verify", "batch"],
        "purposes": [PURPOSE],
        "items": [],
        "volume": {"amount": 10_000_000, "period": "day"},
        "until_day": in_days(365),
        "explanation": "核验执业注册申请人的职业资格",
        "legal_basis": "《医师法》第十三条",
        **changes,
    }
    asker = of_department(administrator, "health", ASKER)
    keeper = of_department(administrator, provider.partition("/")[2], KEEPER)
    request = ask(asker, body)
    for action in ("accept", "approve"):
        ok(move(keeper, f"requests/{request}", action))
    return str(closed(asker, request)["grant"])
