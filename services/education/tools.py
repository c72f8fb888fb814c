"""What the use cases of education need from outside: the vault, and randomness for seeds.

Guarantees: made once a process; a missing or bad key stops the service at its start.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from shared.config import load_config
from shared.personal import Vault


class Tools(NamedTuple):
    """vault: personal numbers and seeds; new_seed: 64 hexadecimal digits nobody can foresee."""

    vault: Vault
    new_seed: Callable[[], str]


@cache
def tools() -> Tools:
    """The tools of this process."""
    config = load_config(Path(__file__).with_name("config.yml"))
    vault = Vault(config["PERSONAL_DATA_KEYS"], config["PERSONAL_LOOKUP_KEY"])
    return Tools(vault, lambda: secrets.token_hex(32))
