"""The registers that education reads, in memory: two families, and who guards whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.education.tests.office import VAULT, child
from shared.exchange.testing import FakeSharing

NUMBERS = {"zhang": "430104199001010019", "li": "430104199202020029"}
CHILD, SISTER, OTHER = child(1), child(2), child(3)
AT_HOME = {"division": "430104", "street": "岳麓街道", "community": None}


class Families(FakeSharing):
    """guards: account -> {child: name}. homes: child -> household."""

    def __init__(self) -> None:
        self.guards = {"zhang": {CHILD: "张小禾", SISTER: "张小满"}, "li": {OTHER: "陈一诺"}}
        self.homes: dict[str, Mapping[str, Any]] = dict.fromkeys((CHILD, SISTER, OTHER), AT_HOME)
        super().__init__(
            {
                "wards": self._wards,
                "guardianship": self._guardianship,
                "household-membership": lambda key: self.homes.get(key["identity_number"]),
            }
        )

    def _wards(self, key: Mapping[str, Any]) -> Mapping[str, Any] | None:
        account = next(a for a, number in NUMBERS.items() if number == key["guardian"])
        rows = [{"identity_number": c, "name": n} for c, n in self.guards[account].items()]
        return {"wards": rows} if rows else None

    def _guardianship(self, key: Mapping[str, Any]) -> Mapping[str, Any] | None:
        known = (a for a, number in NUMBERS.items() if VAULT.lookup(number) == key["guardian"])
        return {"in_force": True} if key["child"] in self.guards[next(known)] else None


class Identity:
    """Identity's RPC; a token is the account here."""

    def own_account(self, token: str, timeout: float) -> dict[str, str]:
        return {"account": token, "name": token, "identity": NUMBERS[token], "phone": ""}

    def data_subjects(self, account: str, timeout: float) -> list[dict[str, str]]:
        return [{"relation": "self", "person": VAULT.lookup(NUMBERS[account]), "name": account}]
