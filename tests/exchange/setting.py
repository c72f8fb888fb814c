"""Puts simulated systems and a consumer into the exchange of a running platform, as administrators
do: nodes, keys, resources; a system of the health department; and its grant.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.exchange.service import COLLECTIONS
from services.exchange.simulator import nodes
from services.exchange.simulator.nodes import LOCAL, SUBSYSTEM
from shared.local import Platform
from shared.store import Database, open_database
from tests.journeys.people import Person, ok
from tests.journeys.systems import System, system

EXCHANGE = "/exchange"
ADMINISTRATOR = "13900000009"
CONTACT = {"office": "信息中心", "phone": "0731-88888888"}
CASE, PURPOSE = "his/2026-0042", "practitioner-registration"
FRESH = 300.0
"""Seconds for which an access token is used."""


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


def set_up(platform: Platform, held: Iterable[str] = LOCAL) -> Setting:
    """The nodes `held` connected, and that of health; a consumer with a grant for the first."""
    administrator = Person(platform.url, ADMINISTRATOR)
    base = platform.environment("exchange")["SIMULATOR_URL"]
    for node in dict.fromkeys([*held, "GOV/health"]):
        connect(administrator, base, node)
    for node in held:
        declare(administrator, node)
    consumer = system(administrator, "health")
    provider = next(iter(held))
    return Setting(platform, administrator, consumer, grant(platform, consumer, provider), provider)


def connect(administrator: Person, base: str, node: str) -> None:
    """The simulated node, connected; as it is, where it is connected already."""
    known = ok(administrator.get(f"{EXCHANGE}/nodes/{node}"))
    if known["state"] == "connected":
        return
    key = {"subsystem": SUBSYSTEM, "jwk": nodes.signer(node).jwk}
    told = {"adapter": "http", "url": nodes.url(base, node), "contact": CONTACT, "key": key}
    move(administrator, node, "connection", told, "PUT")
    for action in ("test", "connect"):
        move(administrator, node, action, {})


def move(
    administrator: Person, node: str, action: str, body: Mapping[str, Any], method: str = "POST"
) -> dict[str, Any]:
    """A move of the node in its present version."""
    path = f"{EXCHANGE}/nodes/{node}"
    headers = {"If-Match": administrator.get(path).headers["ETag"]}
    moved: dict[str, Any] = ok(
        administrator.request(method, f"{path}/{action}", json=body, headers=headers)
    )
    return moved


def declare(administrator: Person, node: str) -> None:
    """What the simulated node holds, in the catalogue."""
    told = nodes.declaration(node)
    code, version = told.pop("code"), told.pop("version")
    ok(administrator.put(f"{EXCHANGE}/resources/{code}/versions/{version}", json=told))


def grant(platform: Platform, consumer: System, provider: str, **given: Any) -> str:
    """The id of a grant of everything that `provider` holds, put where grants are kept."""
    held = nodes.resource(provider)
    made = {
        "_id": f"grant-{consumer.client_id}-{time.monotonic_ns()}",
        "number": "湘数享〔2026〕1号",
        "request": None,
        "consumer": consumer.consumer,
        "consumer_member": consumer.consumer.rpartition("/")[0],
        "provider": provider,
        "resource": held.code,
        "version": held.version,
        "fields": list(held.fields),
        "kinds": ["query", "verify", "batch"],
        "purposes": [PURPOSE],
        "items": [],
        "quota": {"amount": 10_000_000, "period": "day"},
        "from_day": "2026-01-01",
        "until_day": "2099-12-31",
        "state": "active",
        "revoked": None,
        "history": [],
        **given,
    }
    database = open_database(platform.mongo_uri, "exchange")
    Database(database, COLLECTIONS, lambda outgoing: None)["grants"].put_many([made])
    database.client.close()
    return str(made["_id"])
