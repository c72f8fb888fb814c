"""Makes the first administrator: ``python -m services.identity.bootstrap``.

Reads FIRST_ADMINISTRATOR_NAME, _PHONE and _PASSWORD from the environment; there are no defaults.
The password is provisional: it must be changed before the account has any power.
Guarantees: at most one account is ever made so. Does not: change one that exists.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime

from services.identity.commands import prepared
from services.identity.domain.accounts import PLATFORM
from services.identity.tools import Tools
from services.identity.usecases.registration import first_administrator
from shared.errors import ServiceError
from shared.store import Database

PROVINCE = "430000"
PREFIX = "FIRST_ADMINISTRATOR_"


def bootstrap(
    store: Database, tools: Tools, now: datetime, given: dict[str, str]
) -> tuple[str, bool]:
    """The id of the first administrator, and whether it was made now.

    given: name, phone, password. Raises `Invalid`, `Conflict` (the phone is taken).
    """
    form = {**given, "department": PLATFORM, "division": PROVINCE, "powers": ["administer"]}
    account, made = first_administrator(store, tools, now, form)
    return account["_id"], made


def main() -> int:
    """0: there is a first administrator now; 1: what was given is not acceptable."""
    names = ("name", "phone", "password")
    missing = [PREFIX + n.upper() for n in names if not os.environ.get(PREFIX + n.upper())]
    if missing:
        print(f"Set {', '.join(missing)} in the environment.", file=sys.stderr)
        return 1
    try:
        given = {n: os.environ[PREFIX + n.upper()] for n in names}
        account, made = bootstrap(*prepared(), given)
    except ServiceError as error:
        faults = "; ".join(f"{e.pointer}: {e.detail}" for e in error.errors)
        print(f"{error.detail}. {faults}", file=sys.stderr)
        return 1
    print(f"First administrator {'made' if made else 'exists'}: {account}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
