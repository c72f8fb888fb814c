"""Keys, announcements and people of the tests of the directory."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from services.exchange.usecases.pulses import Pulses
from shared.access import Caller
from shared.events import Event, event, received
from shared.exchange.messages import KEY, Signer
from shared.testing import NOON, an_official

EDUCATION = "GOV/education"
ADMINISTRATOR = an_official("zhou", "430000", "platform", "administer", name="周管理")


def signer(number: int) -> Signer:
    return Signer(base64.b64encode(bytes([number]) * 32).decode())


def announcement(
    key: Signer,
    former: Signer | None = None,
    *,
    member: str = EDUCATION,
    service: str = "education",
    subsystem: str = "",
    sequence: int = 1,
    at: datetime = NOON,
) -> Event:
    """A service tells of its node, signed for by the former key where there is one."""
    told: dict[str, Any] = {
        "member": member,
        "subsystem": subsystem or service,
        "jwk": dict(key.jwk),
    }
    word = {"kid": former.kid, "signature": former.sign(KEY, told)} if former else None
    data = {**told, "endorsement": word}
    return received(event(f"{service}.node.announced.v1", member, sequence, data, at), data)


def pulses() -> Pulses:
    return Pulses()


def client(client_id: str, department: str = "education") -> Caller:
    return Caller(client_id, "service", client_id, "430000", department)
