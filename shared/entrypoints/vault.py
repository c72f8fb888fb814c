"""The vault for personal data as a dependency.

Guarantees: a service that keeps personal data does not start without its keys.
"""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from shared.personal import Vault


class PersonalVault(DependencyProvider):
    """``vault = PersonalVault()``, keyed by PERSONAL_DATA_KEYS and PERSONAL_LOOKUP_KEY."""

    def setup(self) -> None:
        config = self.container.config
        self.vault = Vault(config["PERSONAL_DATA_KEYS"], config["PERSONAL_LOOKUP_KEY"])

    def get_dependency(self, worker_ctx: Any) -> Vault:
        return self.vault
