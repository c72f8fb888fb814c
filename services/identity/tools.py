"""What identity's use cases need from outside: keys, hashing, randomness.

Guarantees: made once a process; a missing or bad key stops the service at its start.
Does not: read the environment (`config.yml` does).
"""

from __future__ import annotations

import base64
import os
import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from nameko.extensions import DependencyProvider

from services.identity.hashing import Cost, Passwords
from shared.personal import Vault


class Tools(NamedTuple):
    """vault: personal numbers; keyring: signing keys; random: so many random bytes."""

    vault: Vault
    keyring: Vault
    passwords: Passwords
    random: Callable[[int], bytes]
    issuer: str
    audience: str

    def secret(self) -> str:
        """32 random bytes, base64url."""
        return base64.urlsafe_b64encode(self.random(32)).rstrip(b"=").decode()

    def new_id(self) -> str:
        """A random id (RFC 9562, version 4)."""
        return str(uuid.UUID(bytes=self.random(16), version=4))


def make_tools(config: Mapping[str, Any]) -> Tools:
    """The tools as configured; ValueError (which never tells a key) where a key is bad."""
    lookup = config["PERSONAL_LOOKUP_KEY"]
    cost = Cost(
        int(config["PASSWORD_MEMORY_KIB"]),
        int(config["PASSWORD_PASSES"]),
        int(config["PASSWORD_LANES"]),
    )
    return Tools(
        vault=Vault(config["PERSONAL_DATA_KEYS"], lookup),
        keyring=Vault(_named(config["KEY_ENCRYPTION_KEY"]), lookup),
        passwords=Passwords(
            cost,
            at_once=int(config["PASSWORDS_AT_ONCE"]),
            waiting=int(config["PASSWORDS_WAITING"]),
        ),
        random=os.urandom,
        issuer=config["TOKEN_ISSUER"],
        audience=config["TOKEN_AUDIENCE"],
    )


def _named(keys: str) -> str:
    """One bare key, or several with their names, as `Vault` takes them (the first one seals)."""
    return keys if ":" in keys else f"k1:{keys}"


class ToolBox(DependencyProvider):  # type: ignore[misc]
    """``tools = ToolBox()``"""

    def setup(self) -> None:
        self.tools = make_tools(self.container.config)

    def get_dependency(self, worker_ctx: Any) -> Tools:
        return self.tools
