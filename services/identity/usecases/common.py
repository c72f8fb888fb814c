"""What several use cases have in common."""

from __future__ import annotations

import re
from typing import Any

from services.identity.domain.registration import PHONE, normal_number
from shared.personal import Vault

Document = dict[str, Any]


def login_lookup(vault: Vault, login: str) -> str:
    """The keyed lookup of what somebody signs in with: phone or resident identity number."""
    name = re.sub(r"\s", "", login)
    return phone_lookup(vault, name) if PHONE.fullmatch(name) else person_lookup(vault, name)


def phone_lookup(vault: Vault, phone: str) -> str:
    """The keyed lookup of a phone number."""
    return vault.lookup(phone, "phone")


def person_lookup(vault: Vault, number: str) -> str:
    """The keyed lookup of a resident identity number: what a person is known by."""
    return vault.lookup(normal_number(number))


def request_digest(vault: Vault, digest: str) -> str:
    """The digest of a request as it may be kept: keyed, since the request holds a password or a
    number that could be guessed from a bare digest."""
    return vault.lookup(digest, "request")


def seal_context(account: str, field: str) -> bytes:
    """Where a sealed number belongs."""
    return f"account/{account}/{field}".encode()
