"""The numbers of people on the register, sealed at rest.

Guarantees: a number is opened for the member it was sealed for, and for no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.personal import Vault


def sealed(vault: Vault, id_: str, identity: str, guardians: Sequence[Mapping[str, Any]]) -> bytes:
    """The numbers of the member `id_` and of the guardians."""
    numbers = {"identity": identity, "guardians": [one["identity"] for one in guardians]}
    return vault.seal_json(numbers, member_context(id_))


def number_of(vault: Vault, member: Mapping[str, Any]) -> str:
    """The resident identity number of a member, in the clear."""
    return str(_opened(vault, member)["identity"])


def numbers_in(vault: Vault, household: Mapping[str, Any]) -> dict[str, str]:
    """The numbers of all members and their guardians by keyed lookup, in the clear."""
    opened = [_opened(vault, member) for member in household["members"]]
    numbers = {number for one in opened for number in (one["identity"], *one["guardians"])}
    return {vault.lookup(number): number for number in numbers}


def _opened(vault: Vault, member: Mapping[str, Any]) -> Mapping[str, Any]:
    numbers: Mapping[str, Any] = vault.open_json(
        bytes(member["sealed"]), member_context(member["id"])
    )
    return numbers


def member_context(member_id: str) -> bytes:
    """What a member's numbers are sealed for."""
    return f"member/{member_id}".encode()
