"""What the use cases of enterprise registration need from outside: keys.

Guarantees: made once a process; a missing or bad key stops the service at its start. Licences
signed with a retired key stay verifiable as long as its public key is configured.
Does not: read the environment (`config.yml` does).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from nameko.extensions import DependencyProvider

from services.enterprise.domain import jws
from shared.config import load_config
from shared.personal import Vault


class Tools(NamedTuple):
    """vault: personal numbers; key: signs licences; keys: all that verify them, by key id."""

    vault: Vault
    key: Ed25519PrivateKey
    keys: Mapping[str, Ed25519PublicKey]


def make_tools(config: Mapping[str, Any]) -> Tools:
    """The tools as configured; ValueError (which never tells a key) where a key is bad."""
    try:
        key = jws.signing_key(config["LICENCE_SIGNING_KEY"])
        retired = [
            Ed25519PublicKey.from_public_bytes(base64.b64decode(text))
            for text in str(config["LICENCE_RETIRED_KEYS"]).split(",")
            if text
        ]
    except ValueError:
        raise ValueError("LICENCE_SIGNING_KEY, LICENCE_RETIRED_KEYS: 32 bytes in base64") from None
    public = [key.public_key(), *retired]
    vault = Vault(config["PERSONAL_DATA_KEYS"], config["PERSONAL_LOOKUP_KEY"])
    return Tools(vault, key, {jws.jwk(each)["kid"]: each for each in public})


@cache
def tools() -> Tools:
    """The tools of this process."""
    return make_tools(load_config(Path(__file__).with_name("config.yml")))


class ToolBox(DependencyProvider):  # type: ignore[misc]
    """``tools = ToolBox()``"""

    def setup(self) -> None:
        self.tools = tools()

    def get_dependency(self, worker_ctx: Any) -> Tools:
        return self.tools
