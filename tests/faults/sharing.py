"""A platform on which a reader uses a register's resource through the exchange, for fault tests and
benchmarks: both connected, with a grant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import orjson
from stdnum.cn import ric

from services.exchange.service import COLLECTIONS
from shared.exchange.messages import Signer
from shared.local import Platform
from shared.store import Database, open_database
from tests.faults.observing import wait
from tests.faults.reader.service import ITEM, PURPOSE
from tests.faults.register_office.resources import RESIDENTS

SERVICES = {
    "identity": "services.identity.service",
    "exchange": "services.exchange.service",
    "register": "tests.faults.register_office.service",
    "reader": "tests.faults.reader.service",
}
REGISTER, READER = "GOV/public-security", "GOV/education"
GRANT = "grant-1"


def database(platform: Platform, service: str) -> Database:
    """The database of one service, as itself."""
    collections = COLLECTIONS if service == "exchange" else {"residents": (), "sharing_grants": ()}
    return Database(open_database(platform.mongo_uri, service), collections, lambda _: None)


def identities(count: int) -> list[str]:
    """So many resident identity numbers."""
    born = [date(1950, 1, 1) + timedelta(days=n // 999) for n in range(count)]
    stems = (f"430104{day:%Y%m%d}{n % 999 + 1:03}" for n, day in enumerate(born))
    return [stem + str(ric.calc_check_digit(stem + "0")) for stem in stems]


def connect(platform: Platform, residents: int, **granted: Any) -> None:
    """Wait until both have announced themselves; issue the grant, register `residents`."""
    rows = [
        {"_id": number, "name": f"张{n}", "address": f"麓山南路 {n} 号", "remarks": "秘"}
        for n, number in enumerate(identities(residents))
    ]
    database(platform, "register")["residents"].add_many(rows)
    exchange = database(platform, "exchange")
    wait(lambda: _joined(exchange))
    issue(platform, **granted)


def _joined(exchange: Database) -> bool:
    """Whether both nodes are connected and the resource is listed."""
    nodes = exchange["nodes"].get_many([REGISTER, READER]).values()
    connected = [node for node in nodes if node["state"] == "connected"]
    return len(connected) == 2 and exchange["resources"].get(RESIDENTS.code) is not None


def issue(platform: Platform, **granted: Any) -> None:
    """Issue the grant anew, or change it."""
    given = {**grant(), **granted}
    database(platform, "exchange")["grants"].put_many([given])
    database(platform, "reader")["sharing_grants"].put_many([{**given, "sequence": 1}])


def signer_of(platform: Platform, service: str) -> Signer:
    """The key of a service's node."""
    return Signer(platform.environment(service)[f"{service.upper()}_NODE_KEY"])


def grant() -> dict[str, Any]:
    return {
        "_id": GRANT,
        "consumer": f"{READER}/reader",
        "consumer_member": READER,
        "provider": REGISTER,
        "resource": RESIDENTS.code,
        "resource_version": 1,
        "fields": ["name", "address"],
        "kinds": ["query", "verify", "batch", "subscribe"],
        "purposes": [PURPOSE],
        "items": [ITEM],
        "quota": {"amount": 10_000_000, "period": "day"},
        "from_day": "2026-01-01",
        "until_day": "2099-12-31",
        "state": "active",
        "revoked": None,
        "history": [],
    }


def records(platform: Platform) -> list[dict[str, Any]]:
    """Every record of the log, in order."""
    pages = sorted(database(platform, "exchange")["pages"].each({}), key=lambda page: page["n"])
    assert [page["n"] for page in pages] == list(range(len(pages)))
    return [orjson.loads(text) for page in pages for text in page["records"]]


def leaves(platform: Platform, record: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The leaves of a batch's record."""
    kept = database(platform, "exchange")["batch_leaves"].get(f"{record['id']}/{record['salt']}")
    found: Sequence[Mapping[str, Any]] = kept["leaves"] if kept else ()
    return found
