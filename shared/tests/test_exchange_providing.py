"""What a provider answers, and what never leaves it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ServiceError, Unavailable, Unexpected
from shared.exchange.answering import read
from shared.exchange.events import NodeFields, ResourceFields
from shared.exchange.keys import ExchangeKeys
from shared.exchange.messages import (
    ANSWER,
    KEY,
    ORDER,
    digest,
    instant,
    public_key,
    salt_of,
    signable,
    verified,
)
from shared.exchange.order import ORDER as ORDER_SCHEMA
from shared.exchange.order import is_plain, loaded
from shared.exchange.resource import Key, Resource, Source
from shared.testing import NOON
from shared.tests.exchanging import (
    ANYTHING,
    EXCHANGE,
    FORMER,
    HOUSEHOLDS,
    LI,
    NOBODY,
    NODE,
    OFFICE,
    ROWS,
    SALT,
    VAULT,
    ZHANG,
    Register,
    order,
    ordered,
)
from shared.tests.exchanging import read as households


def test_query() -> None:
    """An answer holds the ordered fields, their digest under the order's salt, and a signature over
    all but the data."""
    answer = ordered(Register())
    content = {"found": True, "data": {"number": "H-1"}, "holds": None}
    assert {name: answer[name] for name in content} == content
    assert answer["digest"] == digest(SALT, content)
    assert answer["node"] == "GOV/public-security"
    assert (answer["request"], answer["attempt"]) == (order()["request"], 1)
    assert verified(ANSWER, signable(answer), answer["signature"], NODE.public)
    assert "data" not in signable(answer)


@given(st.sets(st.sampled_from(HOUSEHOLDS.fields)))
def test_narrowed(names: set[str]) -> None:
    """No field but the ordered ones is anywhere in the answer, whatever the register reads."""
    answer = ordered(Register(), fields=sorted(names))
    assert answer["data"].keys() == names
    others = ROWS[ZHANG].keys() - names - {"members"}
    assert not [name for name in others if ROWS[ZHANG][name] in str(answer)]


def test_not_found() -> None:
    """That there is no such row is an answer, digested and signed as every other."""
    answer = ordered(Register(), key={"identity": NOBODY})
    content = {"found": False, "data": None, "holds": None}
    assert answer["digest"] == digest(SALT, content)
    assert answer["subjects"] == []


@pytest.mark.parametrize(
    ("claims", "holds"),
    [
        ({"number": "H-1"}, True),
        ({"number": "H-1", "address": "麓山南路 932 号"}, True),
        ({"number": "H-2"}, False),
        ({"number": "H-1", "address": "elsewhere"}, False),
    ],
)
def test_verify(claims: dict[str, str], holds: bool) -> None:
    """A claim is answered with yes or no, and no value of the row is told."""
    answer = ordered(Register(), kind="verify", fields=sorted(claims), claims=claims)
    assert (answer["found"], answer["data"], answer["holds"]) == (True, None, holds)
    assert answer["digest"] == digest(SALT, {"found": True, "data": None, "holds": holds})
    assert "麓山南路" not in str(answer)


def test_verify_nobody() -> None:
    """Nothing holds of a row that does not exist."""
    claims = {"number": "H-1"}
    asked = {"kind": "verify", "fields": ["number"], "claims": claims, "key": {"identity": NOBODY}}
    answer = ordered(Register(), **asked)
    assert (answer["found"], answer["holds"]) == (False, False)


def test_batch() -> None:
    """A batch answers each key in its place, each digested with a salt of its own, under one
    signature."""
    keys = [{"identity": number} for number in (LI, NOBODY, ZHANG)]
    answer = ordered(Register(), kind="batch", key=None, keys=keys)
    assert answer["rows"] == [{"number": "H-1"}, None, {"number": "H-1"}]
    contents = [{"found": row is not None, "data": row, "holds": None} for row in answer["rows"]]
    digests = [digest(salt_of(SALT, n), content) for n, content in enumerate(contents)]
    assert answer["digest"] == digest(SALT, digests)
    assert verified(ANSWER, signable(answer), answer["signature"], NODE.public)
    assert "rows" not in signable(answer)


def test_subjects() -> None:
    """Whom a row is about beside its key is told, as keyed hashes, where that field is read."""
    answer = ordered(Register(), fields=["members"])
    assert answer["subjects"] == [[VAULT.lookup(LI)]]
    assert ordered(Register(), fields=["number"])["subjects"] == []


@pytest.mark.parametrize(
    ("change", "type_"),
    [
        ({"fields": ["number", "remarks"]}, "invalid"),
        ({"resource": "tax-register"}, "resource-unknown"),
        ({"version": 2}, "resource-unknown"),
        ({"key": {"identity": "1"}}, "invalid"),
        ({"key": {"number": "H-1"}}, "invalid"),
        ({"key": None}, "invalid"),
        ({"kind": "batch", "keys": [{"identity": ZHANG}] * 501}, "invalid"),
        ({"kind": "verify", "claims": {"remarks": "x"}}, "invalid"),
        ({"kind": "erase"}, "invalid"),
        ({"at": instant(NOON - timedelta(minutes=5))}, "clock-skew"),
    ],
)
def test_refused(change: dict[str, Any], type_: str) -> None:
    """An order that the register cannot follow is refused by its type, and nothing is read."""
    with pytest.raises(ServiceError) as refused:
        ordered(Register(), **change)
    assert refused.value.type == type_


@given(st.sampled_from(sorted(order())), ANYTHING)
def test_glance(name: str, value: Any) -> None:
    """What is taken at a glance, the schema takes as well, and gives the same."""
    changed = {**order(), name: value}
    if is_plain(changed):
        schema = ORDER_SCHEMA.load(changed)
        assert schema.items() <= loaded(changed, schema["at"]).items()


def test_places() -> None:
    """A refusal names the place in the consumer's request."""
    keys = [{"identity": ZHANG}, {"identity": "1"}]
    with pytest.raises(ServiceError) as refused:
        ordered(Register(), kind="batch", key=None, keys=keys)
    assert [error.pointer for error in refused.value.errors] == ["/keys/1/identity"]


def test_forged_order() -> None:
    """Nobody but the exchange gets an answer: not by another key, not for another order."""
    register, asked = Register(), order()
    for signature in (OFFICE.sign(ORDER, asked), EXCHANGE.sign(ANSWER, asked), "", None):
        with pytest.raises(ServiceError) as refused:
            register.provide(asked, signature)  # type: ignore[arg-type]
        assert refused.value.type == "signature-invalid"
    with pytest.raises(ServiceError):
        register.provide({**asked, "fields": ["address"]}, EXCHANGE.sign(ORDER, asked))


def test_no_keys_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider without a key of the exchange is unavailable, and calls nobody a forger; with
    keys it tells a forged order from a good one."""
    keys = ExchangeKeys()
    keys._keys = []
    monkeypatch.setattr(keys, "refresh_once", lambda: None)
    asked = order()
    good = EXCHANGE.sign(ORDER, asked)
    with pytest.raises(Unavailable):
        keys.signed(ORDER, asked, good)
    keys.use([EXCHANGE.jwk])
    assert keys.signed(ORDER, asked, good)
    assert not keys.signed(ORDER, asked, OFFICE.sign(ORDER, asked))


def test_rows_go_with_keys() -> None:
    """A read that gives more or fewer rows than keys is an error of the provider, not an answer."""
    short = Resource(
        **{
            **{name: getattr(HOUSEHOLDS, name) for name in HOUSEHOLDS.__slots__},
            "read": lambda source, keys, fields: [],
        }
    )
    with pytest.raises(Unexpected):
        read(short, [{"identity": ZHANG}], ("number",), Source(Register().store, VAULT, NOON))


def test_many() -> None:
    """Of several orders each gets what it would get alone; those alike are read together."""
    reads: list[int] = []

    class Counting(Register):
        resources = (_reading(lambda keys: reads.append(len(keys))),)

    alike = [order(request=f"{n}", key={"identity": one}) for n, one in enumerate((ZHANG, NOBODY))]
    claim = order(request="2", kind="verify", fields=["number"], claims={"number": "H-1"})
    asked = [*alike, claim, order(fields=["address"]), order(fields=["remarks"])]
    signatures = [EXCHANGE.sign(ORDER, one) for one in asked]
    forged = [*asked, order(request="3")], [*signatures, signatures[0]]
    *good, unknown, unsigned = Counting().provide_many(*forged)
    assert [each["answer"] for each in good] == [
        Register().provide(one, EXCHANGE.sign(ORDER, one)) for one in asked[:4]
    ]
    assert reads == [3, 1]
    assert unknown["error"]["errors"][0][0] == "/fields/0"
    assert unsigned["error"]["type"] == "signature-invalid"


def test_many_read_alone_where_one_fails() -> None:
    """A key that cannot be read spoils no other's answer."""

    def fail(keys: Sequence[Key]) -> None:
        if any(key["identity"] == NOBODY for key in keys):
            raise Unavailable()

    class Failing(Register):
        resources = (_reading(fail),)

    asked = [order(key={"identity": one}) for one in (ZHANG, NOBODY, LI)]
    signatures = [EXCHANGE.sign(ORDER, one) for one in asked]
    first, second, third = Failing().provide_many(asked, signatures)
    assert first["answer"]["found"] and third["answer"]["found"]
    assert second["error"]["type"] == "unavailable"


def _reading(told: Callable[[Sequence[Key]], object]) -> Resource:
    """The households, whose reads are `told` before they are made."""

    def telling(source: Source, keys: Sequence[Key], fields: Collection[str]) -> Any:
        told(keys)
        return households(source, keys, fields)

    given = {name: getattr(HOUSEHOLDS, name) for name in HOUSEHOLDS.__slots__}
    return Resource(**{**given, "read": telling})


def test_announcements() -> None:
    """A node tells its key and its resources, as the published schemas have them."""
    node, resource = Register().announcements()
    assert NodeFields().validate(node.data) == {}
    assert ResourceFields().validate(resource.data) == {}
    assert (node.type, node.subject) == ("household.node.announced.v1", "GOV/public-security")
    assert node.data["jwk"] == NODE.jwk and node.data["endorsement"] is None
    assert (resource.type, resource.subject) == (
        "household.resource.announced.v1",
        "household-register/1",
    )
    assert resource.data["member"] == "GOV/public-security"


def test_endorsed() -> None:
    """A new key comes with the word of the one before."""
    told = next(Register(FORMER).announcements()).data
    node = {name: told[name] for name in ("member", "subsystem", "jwk")}
    assert told["endorsement"]["kid"] == FORMER.kid
    assert verified(KEY, node, told["endorsement"]["signature"], public_key(FORMER.jwk))
