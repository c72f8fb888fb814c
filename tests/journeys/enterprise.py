"""Steps of enterprise registration that many journeys share."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from shared.clock import local_day
from shared.local.demo.names import COUNT, trade_name
from shared.timekeeping import system_time
from tests.journeys.people import Person, eventually, ok

DISTRICT = "430104"
CASES = "/enterprise/cases"
NUMBER, PHONE = "430104199001010019", "13800000001"
PAPERS = ("identity", "premises", "articles", "appointments")
PAPER = b"%PDF-1.4\n% a scan would be here\n%%EOF\n"

numbers = count(time.time_ns() // 1_000_000)


@dataclass(frozen=True)
class Offices:
    """The officials of the district: who accepts, and who approves."""

    clerk: Person
    chief: Person


def fresh_name(division: str = DISTRICT) -> dict[str, str]:
    """The parts of a name that nobody has."""
    return {
        "division": division,
        "trade_name": trade_name(next(numbers) * 7 % COUNT),
        "industry": "网络科技",
        "form": "有限公司",
    }


def in_days(days: int) -> str:
    """The day so many days from today on."""
    return (local_day(system_time()) + timedelta(days=days)).isoformat()


def application(item: str, form: Any, **more: Any) -> dict[str, Any]:
    return {"item": f"enterprise-{item}", "division": DISTRICT, "form": form, **more}


def closed(person: Person, case: str) -> dict[str, Any]:
    """The case once its decision is completed and delivered."""
    found: dict[str, Any] = eventually(
        lambda: (seen := person.see(case))["state"] == "closed" and seen, "the result"
    )
    return found


def reserve(person: Person, division: str = DISTRICT) -> dict[str, Any]:
    """A name of one's own: {reservation, name, kind, until}."""
    body = application("name-reservation", fresh_name(division), division=division)
    case = ok(person.create(CASES, body), 201)
    result: dict[str, Any] = closed(person, case["id"])["result"]
    return result


def upload(person: Person, content: bytes = PAPER, **kwargs: Any) -> dict[str, str]:
    """A material that was handed in, as forms name it."""
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    answer = person.post(
        "/enterprise/materials",
        data=content,
        headers={
            "Content-Type": "application/pdf",
            "Content-Digest": f"sha-256=:{digest}:",
            "Idempotency-Key": str(uuid.uuid4()),
        },
        **kwargs,
    )
    kept = ok(answer, 201)
    return {"file": kept["file"], "digest": kept["digest"]}


def papers(person: Person, *codes: str) -> list[dict[str, str]]:
    """One file handed in as several materials."""
    kept = upload(person)
    return [{"code": code, **kept} for code in codes]


def establishment(person: Person, division: str = DISTRICT, **changes: Any) -> dict[str, Any]:
    """A form that is right, for a name reserved for it."""
    party = {"name": "张伟", "identity": NUMBER}
    owner = {"kind": "person", **party, "amount": 1_000_000, "share": 10_000, "due": in_days(700)}
    given = {
        "kind": "limited-company",
        "registered_capital": 1_000_000,
        "owners": [owner],
        "representative": {**party, "phone": PHONE},
        "address": {"division": division, "detail": "麓山南路 932 号"},
        "business_scope": ["软件开发", "互联网信息服务"],
        "term_until": None,
        **changes,
    }
    if "reservation" not in given:
        given["reservation"] = reserve(person, division)["reservation"]
    if "materials" not in given:
        given["materials"] = papers(person, *PAPERS)
    return given


def submit(person: Person, item: str, form: Any, **more: Any) -> str:
    """The id of a submitted case, verified by the registers."""
    case = ok(person.create(CASES, application(item, form, **more)), 201)
    assert case["state"] == "submitted"
    checks = person.checked(f"{CASES}/{case['id']}")["checks"]
    assert {check["state"] for check in checks} <= {"holds"}
    return str(case["id"])


def processing(offices: Offices, case: str) -> str:
    """The case, accepted and started."""
    ok(offices.clerk.move(case, "accept"))
    ok(offices.clerk.move(case, "start"))
    return case


def approved(offices: Offices, applicant: Person, case: str) -> dict[str, Any]:
    """The result of the case, after all that officials do."""
    ok(offices.chief.move(processing(offices, case), "approve"))
    result: dict[str, Any] = closed(applicant, case)["result"]
    return result


def founded(applicant: Person, offices: Offices) -> dict[str, Any]:
    """A registered enterprise {code, name, licence}; the applicant may act for it."""
    case = submit(applicant, "establishment", establishment(applicant))
    result = approved(offices, applicant, case)
    eventually(lambda: result["code"] in codes_of(applicant), "the representation")
    applicant.sign_in()
    return result


def codes_of(person: Person) -> list[str]:
    """The legal persons that the person acts for."""
    return [one["code"] for one in ok(person.get("/identity/legal-persons"))["items"]]


def licence(number: str, reader: Person) -> dict[str, Any]:
    found: dict[str, Any] = ok(reader.get(f"/enterprise/licences/{number}"))
    return found


def verdict(token: str, anyone: Person) -> str:
    """What anyone learns about a licence's token."""
    answer = anyone.get(
        "/enterprise/licences/verification",
        params={"token": token},
        headers={"Accept": "application/json"},
    )
    return str(ok(answer)["verdict"])
