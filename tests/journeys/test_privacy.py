"""Nobody's numbers show where they are not needed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from stdnum.cn import ric

from shared.local import Platform
from tests.journeys import enterprise as steps
from tests.journeys.enterprise import NUMBER, PHONE, Offices
from tests.journeys.people import Person, ok

IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])", re.ASCII)
PHONE_NUMBER = re.compile(r"(?<![0-9A-Za-z.])1[3-9]\d{9}(?![0-9A-Za-z])", re.ASCII)


@pytest.fixture
def company(zhang: Person, offices: Offices) -> dict[str, str]:
    """An enterprise, founded just now."""
    return steps.founded(zhang, offices)


def test_logs(platform: Platform, company: dict[str, str], zhang: Person) -> None:
    """No identity number, phone or name stands in any log, gateway and broker included, of all that
    the tests before this one have done as well."""
    zhang.get("/enterprise/register", params={"name": NUMBER})
    for number in (NUMBER, PHONE):
        zhang.get(f"/enterprise/cases/{number}")
    for name in (*platform.services, "gateway", "gateway.access", "broker", "database"):
        log = platform.log(name)
        for told in (NUMBER, PHONE, "13900000001", "张伟"):
            where = [line for line in log.splitlines() if told in line]
            assert not where, f"{name}: {where[0]}"
        assert not list(personal(log)), name


def personal(log: str) -> Iterator[str]:
    """Whatever in `log` can be an identity number (GB 11643) or a mobile phone."""
    yield from (one for one in IDENTITY.findall(log) if ric.is_valid(one))
    yield from PHONE_NUMBER.findall(log)


def test_personal() -> None:
    """What is looked for in logs would be found, and what only resembles it would not."""
    assert list(personal(f'{{"a":"{NUMBER}","b":"x {PHONE}."}}')) == [NUMBER, PHONE]
    assert not list(
        personal(f"{NUMBER[:-1]}1 a{PHONE} 4301041990010100190 138000000011 430104****")
    )


def test_own_number(zhang: Person, clerk: Person) -> None:
    """One's own account shows one's number; an official's view of a case masks it."""
    assert ok(zhang.get("/identity/me"))["identity_number"] == NUMBER
    case = steps.submit(zhang, "establishment", steps.establishment(zhang))
    assert NUMBER not in clerk.get(f"/enterprise/cases/{case}").text
    assert NUMBER not in zhang.get(f"/enterprise/cases/{case}").text
