"""Demo data of the local platform: ``python -m services.household.seed http://localhost:8000``.

Guarantees: can be repeated; the households are those of the demo's citizens and their children, and
are entered by the same rules as every other. Does not: belong anywhere else than on the local
platform: the persons in them do not exist.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.household.schemas import NewHousehold
from services.household.service import Service
from services.household.usecases import registering
from shared.access import Caller
from shared.commands import config_of, store_of
from shared.entrypoints.request import Call, digest
from shared.personal import Vault
from shared.timekeeping import timekeeper

ZHANG = {"identity": "430104199001010019", "name": "张伟", "relation": "parent"}
LI = {"identity": "430104199202020029", "name": "李娜", "relation": "parent"}


def _member(identity: str, name: str, relation: str, *guardians: Any) -> dict[str, Any]:
    born = f"{identity[6:10]}-{identity[10:12]}-{identity[12:14]}"
    return {
        "identity": identity, "name": name, "relation": relation, "from_day": born,
        "guardians": list(guardians),
    }  # fmt: skip


HOUSEHOLDS: tuple[dict[str, Any], ...] = (
    {
        "division": "430104",
        "number": "104000001",
        "address": {"street": "岳麓街道", "community": "登高路社区", "detail": "麓山南路 932 号"},
        "members": [
            _member("430104199001010019", "张伟", "head"),
            _member("43010420200618002X", "张小禾", "daughter", ZHANG),
            _member("430104202309090064", "张小满", "daughter", ZHANG),
        ],
    },
    {
        "division": "430111",
        "number": "111000001",
        "address": {"street": "侯家塘街道", "community": None, "detail": "劳动西路 88 号"},
        "members": [
            _member("430104199202020029", "李娜", "head"),
            _member("430104202102030048", "陈一诺", "daughter", LI),
        ],
    },
)


def seed(store: Any, vault: Vault, now: datetime) -> list[str]:
    """Enter what is missing; one line for each household."""
    return [_entered(store, vault, given, now) for given in HOUSEHOLDS]


def _entered(store: Any, vault: Vault, given: dict[str, Any], now: datetime) -> str:
    registrar = Caller("seed", "official", "seed", "430000", registering.DEPARTMENT)
    body = NewHousehold().load(given)
    call = Call(now, registrar, body=body, digest=digest(given, b""))
    registering.enter(store, vault, call)
    names = "、".join(member["name"] for member in given["members"])
    return f"{given['number']}  {given['division']}  {names}  (a household on the register)"


def main() -> None:
    """Seed the database of this environment."""
    config = config_of(Service)
    keys = Vault(config["PERSONAL_DATA_KEYS"], config["PERSONAL_LOOKUP_KEY"])
    now = timekeeper(config["CLOCK_FILE"])()
    print("\n".join(seed(store_of(Service, config), keys, now)))


if __name__ == "__main__":
    main()
