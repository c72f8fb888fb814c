"""Who may call."""

from datetime import date

import pytest

from shared.access import (
    OFFICIAL,
    PERSON,
    POWERS,
    PUBLIC,
    SCOPES,
    SIGNED_IN,
    Caller,
    LegalPerson,
    Who,
    authorise,
    caller_of,
    official,
    service,
    still_in_force,
)
from shared.errors import Forbidden, Unauthenticated

CITIZEN = Caller("zhang", "person", "张伟")
CLERK = Caller("wang", "official", "王芳", "430104", "education", frozenset({"accept"}))
MACHINE = Caller("hospital-1", "service", "HIS", scopes=frozenset({"exchange.consume"}))


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (PUBLIC, [None, CITIZEN, CLERK, MACHINE]),
        (PERSON, [CITIZEN]),
        (OFFICIAL, [CLERK]),
        (SIGNED_IN, [CITIZEN, CLERK]),
        (official("accept"), [CLERK]),
        (official("approve", "accept"), [CLERK]),
        (official("approve"), []),
        (service("exchange.consume"), [MACHINE]),
        (service("exchange.provide", "exchange.consume"), [MACHINE]),
        (service("exchange.provide"), []),
        (Who(frozenset()), []),
    ],
)
def test_authorise(who: Who, allowed: list[Caller | None]) -> None:
    """Exactly those who are declared pass; strangers are asked to sign in."""
    for caller in (None, CITIZEN, CLERK, MACHINE):
        if caller in allowed:
            authorise(who, caller)
        else:
            with pytest.raises(Unauthenticated if caller is None else Forbidden):
                authorise(who, caller)


def test_power_of_a_person() -> None:
    """A power does not make an official of a person."""
    armed = Caller("zhang", "person", "张伟", powers=frozenset(POWERS))
    with pytest.raises(Forbidden):
        authorise(official("accept"), armed)


def test_scope_of_another_kind() -> None:
    """A scope does not make a system of a person or an official; a missing one is told."""
    for kind in ("person", "official"):
        armed = Caller("zhang", kind, "张伟", scopes=frozenset(SCOPES))
        with pytest.raises(Forbidden):
            authorise(service("exchange.consume"), armed)
    with pytest.raises(Forbidden, match=r"exchange\.provide") as refusal:
        authorise(service("exchange.provide"), MACHINE)
    assert refusal.value.type == "insufficient-scope"


def test_unknown_scope() -> None:
    """A declaration can't name a scope that nobody can have, nor none."""
    with pytest.raises(ValueError, match="consum"):
        service("exchange.consum")
    with pytest.raises(ValueError, match="no scope"):
        service()


def test_unknown_power() -> None:
    """A declaration can't name a power that nobody can have."""
    with pytest.raises(ValueError, match="acept"):
        official("acept")


def test_caller_of() -> None:
    """Claims become the caller they describe."""
    claims: dict[str, object] = {
        "sub": "wang",
        "kind": "official",
        "name": "王芳",
        "division": "430104",
        "department": "education",
        "powers": ["accept"],
        "legal_persons": [{"code": "91430104MA4L16JQ9B", "scopes": ["apply"]}],
        "jti": "t1",
    }
    caller = caller_of(claims)
    assert caller == Caller(
        "wang", "official", "王芳", "430104", "education", frozenset({"accept"}),
        (LegalPerson("91430104MA4L16JQ9B", frozenset({"apply"})),), "t1",
    )  # fmt: skip


def test_caller_of_little() -> None:
    """Claims that say nothing give nothing."""
    assert caller_of({"sub": "zhang"}) == Caller("zhang", "person", "")
    assert caller_of({"sub": "zhang", "powers": "approve"}).powers == frozenset()
    assert caller_of({"sub": "zhang", "scope": ["exchange.consume"]}).scopes == frozenset()


def test_caller_of_a_system() -> None:
    """The scope claim is one text (RFC 9068); its names are the caller's scopes."""
    claims: dict[str, object] = {"sub": "his", "kind": "service", "scope": " ".join(SCOPES)}
    assert caller_of(claims) == Caller("his", "service", "", scopes=frozenset(SCOPES))


def test_acts_for() -> None:
    """One acts for a legal person within one's scopes only; "all" is every scope."""
    caller = Caller(
        "zhang",
        "person",
        "张伟",
        legal_persons=(
            LegalPerson("A", frozenset({"apply"})),
            LegalPerson("B", frozenset({"all"})),
        ),
    )
    assert caller.acts_for("A")
    assert not caller.acts_for("A", "view")
    assert caller.acts_for("B", "view")
    assert not caller.acts_for("C")


def test_still_in_force() -> None:
    """The last day belongs to it; without one it never ends."""
    day = date(2026, 11, 23)
    assert still_in_force(None, day)
    assert still_in_force(day, day)
    assert not still_in_force(date(2026, 11, 22), day)
