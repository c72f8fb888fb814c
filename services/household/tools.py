"""What the use cases of the register need from outside: the vault.

Guarantees: made once a process; a missing or bad key stops the service at its start.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from shared.config import load_config
from shared.personal import Vault


@cache
def vault() -> Vault:
    """Seals personal numbers, and finds people by them."""
    config = load_config(Path(__file__).with_name("config.yml"))
    return Vault(config["PERSONAL_DATA_KEYS"], config["PERSONAL_LOOKUP_KEY"])
