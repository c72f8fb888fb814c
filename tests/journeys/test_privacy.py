"""Nobody's numbers show where they are not needed."""

from __future__ import annotations

import pytest

from shared.local import Platform
from tests.journeys import enterprise as steps
from tests.journeys.enterprise import NUMBER, PHONE, Offices
from tests.journeys.people import Person, ok


@pytest.fixture
def company(zhang: Person, offices: Offices) -> dict[str, str]:
    """An enterprise, founded just now."""
    return steps.founded(zhang, offices)


def test_logs(platform: Platform, company: dict[str, str], zhang: Person) -> None:
    """Neither an identity number nor a phone stands in any log, gateway and broker included."""
    zhang.get("/enterprise/register", params={"name": NUMBER})
    for number in (NUMBER, PHONE):
        zhang.get(f"/enterprise/cases/{number}")
    for name in (*platform.services, "gateway", "gateway.access", "broker", "database"):
        log = platform.log(name)
        for number in (NUMBER, PHONE, "13900000001"):
            where = [line for line in log.splitlines() if number in line]
            assert not where, f"{name}: {where[0]}"


def test_own_number(zhang: Person, clerk: Person) -> None:
    """One's own account shows one's number; an official's view of a case masks it."""
    assert ok(zhang.get("/identity/me"))["identity_number"] == NUMBER
    case = steps.submit(zhang, "establishment", steps.establishment(zhang))
    assert NUMBER not in clerk.get(f"/enterprise/cases/{case}").text
    assert NUMBER not in zhang.get(f"/enterprise/cases/{case}").text
