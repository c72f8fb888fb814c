"""Access tokens for many people at once, signed with identity's own key.

Signing in costs a tenth of a second of CPU each by purpose; a crowd would wait for half a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

from services.identity.domain.tokens import Issue, claims
from services.identity.service import Service
from services.identity.tools import make_tools
from services.identity.usecases import keys
from shared.commands import config_of, store_of
from shared.local import Platform
from shared.timekeeping import system_time

PERSON: Mapping[str, Any] = {"kind": "person", "department": None, "division": None}
OFFICIAL: Mapping[str, Any] = {
    "kind": "official",
    "department": "health",
    "division": "430104",
    "powers": ["accept", "review", "approve"],
    "provisional": False,
}


def minted(platform: Platform, people: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """A token for each of `people`: account -> {kind, department, division, powers}."""
    with patch.dict("os.environ", platform.environment("identity")):
        config = config_of(Service)
        store, tools, now = store_of(Service, config), make_tools(config), system_time()
        return {
            account: keys.sign(
                store,
                tools,
                claims(
                    {"_id": account, "name": account, **person},
                    (),
                    Issue(tools.issuer, tools.audience, f"minted-{account}", now),
                ),
                now,
            )
            for account, person in people.items()
        }
