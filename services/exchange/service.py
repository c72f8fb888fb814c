"""The provincial data-sharing exchange platform: one class a concern, each in its own module."""

from __future__ import annotations

from typing import Any

from services.exchange import (
    cataloguing,
    directing,
    evidencing,
    granting,
    ledger,
    subscribing,
    using,
    watching,
    xroad,
)
from shared.entrypoints import Clock, Store
from shared.entrypoints.vault import PersonalVault
from shared.store import Collections

COLLECTIONS: Collections = {
    **directing.COLLECTIONS,
    **cataloguing.COLLECTIONS,
    **granting.COLLECTIONS,
    **evidencing.COLLECTIONS,
    **using.COLLECTIONS,
    **xroad.COLLECTIONS,
    **subscribing.COLLECTIONS,
    **watching.COLLECTIONS,
    **ledger.COLLECTIONS,
}


class Service(
    directing.Directing,
    cataloguing.Cataloguing,
    granting.Granting,
    evidencing.Evidencing,
    using.Using,
    xroad.XRoad,
    subscribing.Subscribing,
    watching.Watching,
    ledger.Ledger,
):
    name = "exchange"
    title = "Data-sharing exchange: resources, grants, use with evidence"

    store: Any = Store(COLLECTIONS)
    vault = PersonalVault()
    clock = Clock()
