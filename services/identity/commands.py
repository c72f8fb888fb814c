"""What an operator runs beside the service, with the same configuration and store.

Guarantees: each command can be repeated. Does not: run inside the service's process.
"""

from __future__ import annotations

from datetime import datetime

from services.identity.service import Service
from services.identity.tools import Tools, make_tools
from shared.commands import config_of, store_of
from shared.store import Database
from shared.timekeeping import timekeeper


def prepared() -> tuple[Database, Tools, datetime]:
    """Store, tools and the time, as configured by the environment."""
    config = config_of(Service)
    return store_of(Service, config), make_tools(config), timekeeper(config["CLOCK_FILE"])()
