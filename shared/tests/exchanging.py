"""A province of two: a register of households, and a school office that reads it."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from shared.exchange.keys import Keys
from shared.exchange.messages import ORDER, Signer, instant, verified
from shared.exchange.provider import Provider
from shared.exchange.resource import Key, Resource, Source, Subject
from shared.personal import Vault
from shared.schema import ResidentId, Schema, String, fields
from shared.testing import NOON, FakeStore
from shared.text import Text

KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
VAULT = Vault(f"k1:{KEY}", KEY)
ZHANG, LI, NOBODY = "11010519491231002X", "430104199001010019", "430104199001010027"
SALT = "00" * 16


def signer(number: int) -> Signer:
    return Signer(base64.b64encode(bytes([number]) * 32).decode())


EXCHANGE, NODE, FORMER, OFFICE = (signer(n) for n in range(1, 5))


class Household(Schema):
    identity = ResidentId(required=True, metadata={"title": Text("身份证号", "Identity number")})
    number = String(metadata={"title": Text("户号", "Household number")})
    address = String(metadata={"title": Text("住址", "Address")})
    members = fields.List(fields.Dict(), metadata={"title": Text("成员", "Members")})


ROWS: Mapping[str, Mapping[str, Any]] = {
    ZHANG: {
        "identity": ZHANG,
        "number": "H-1",
        "address": "麓山南路 932 号",
        "members": [{"identity": LI, "relation": "child"}],
        "remarks": "not declared",
    },
    LI: {"identity": LI, "number": "H-1", "members": [{"identity": ZHANG, "relation": "head"}]},
}


def read(
    source: Source, keys: Sequence[Key], fields: Collection[str]
) -> list[Mapping[str, Any] | None]:
    return [ROWS.get(key["identity"]) for key in keys]


HOUSEHOLDS = Resource(
    code="household-register",
    name=Text("户籍登记", "Household register"),
    description=Text("户籍登记信息", "Registered households"),
    schema=Household,
    key=("identity",),
    subject=Subject("person", "identity", also=("members.identity",)),
    read=read,
)


LIKELY = (
    st.none()
    | st.booleans()
    | st.integers(-1, 2_000_000)
    | st.text(max_size=210)
    | st.sampled_from(["", "2026-02-30T04:00:00.123Z", "2026-11-23T04:00:00Z", "query", "5A" * 16])
)
ANYTHING = LIKELY | st.lists(LIKELY, max_size=3) | st.dictionaries(st.text(max_size=3), LIKELY)


"""Values of any kind, those among them that a message might have."""


class TrustedKeys:
    """The exchange's keys, without fetching."""

    def signed(self, context: str, value: Any, signature: Any) -> bool:
        return verified(context, value, signature, EXCHANGE.public)


class Register(Provider):
    name = "household"
    department = "public-security"
    resources = (HOUSEHOLDS,)

    def __init__(self, former: Signer | None = None) -> None:
        self.store = FakeStore()
        self.vault = VAULT
        self.clock = lambda: NOON
        self.node_keys = Keys(NODE, former)
        self.exchange_keys = TrustedKeys()


def order(**given: Any) -> dict[str, Any]:
    """An order of the exchange for the household of Zhang."""
    return {
        "request": "8f14e45f-ceea-467f-9a3b-000000000001",
        "attempt": 1,
        "at": instant(NOON),
        "kind": "query",
        "resource": "household-register",
        "version": 1,
        "key": {"identity": ZHANG},
        "keys": None,
        "fields": ["number"],
        "claims": None,
        "salt": SALT,
        **given,
    }


def ordered(register: Register, **given: Any) -> dict[str, Any]:
    """What `register` answers to such an order, properly signed."""
    asked = order(**given)
    return register.provide(asked, EXCHANGE.sign(ORDER, asked))
