"""What a grant covers, and why it refuses all else."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.domain.grants import KINDS, refusal
from services.exchange.domain.members import consumer, is_of, member_division

TODAY = date(2026, 11, 23)
GRANT = {
    "_id": "g1",
    "consumer": "GOV/education/education",
    "resource": "household-membership",
    "fields": ["relation", "address"],
    "kinds": ["query", "verify"],
    "purposes": ["enrolment"],
    "items": ["school-enrolment"],
    "from_day": "2026-11-01",
    "until_day": "2026-11-23",
    "state": "active",
    "revoked": None,
}
USE = {
    "consumer": "GOV/education/education",
    "resource": "household-membership",
    "kind": "query",
    "purpose": "enrolment",
    "item": "school-enrolment",
    "fields": ["relation"],
    "claims": {},
}


def test_covers() -> None:
    """What the grant names is covered, on its last day too, for every system if it says so."""
    assert refusal(GRANT, USE, TODAY) is None
    assert refusal({**GRANT, "consumer": "GOV/education/*"}, USE, TODAY) is None
    verify = {**USE, "kind": "verify", "fields": [], "claims": {"address": "x"}}
    assert refusal(GRANT, verify, TODAY) is None


@pytest.mark.parametrize(
    ("grant", "use", "type_"),
    [
        ({}, {"consumer": "GOV/health/education"}, "grant-unknown"),
        ({}, {"consumer": "GOV/education/other"}, "grant-unknown"),
        ({"consumer": "GOV/health/*"}, {}, "grant-unknown"),
        ({}, {"resource": "guardianship"}, "grant-unknown"),
        ({"state": "revoked"}, {}, "grant-revoked"),
        ({"until_day": "2026-11-22"}, {}, "grant-expired"),
        ({}, {"kind": "batch"}, "kind-not-granted"),
        ({}, {"purpose": "marketing"}, "purpose-not-granted"),
        ({}, {"item": "teacher-qualification"}, "item-not-granted"),
        ({}, {"item": None}, "item-not-granted"),
        ({"items": []}, {}, "item-not-granted"),
        ({}, {"fields": ["relation", "blood-type"]}, "fields-not-granted"),
        ({}, {"claims": {"income": 1}}, "fields-not-granted"),
    ],
)
def test_refuses(grant: dict[str, Any], use: dict[str, Any], type_: str) -> None:
    """Anything beyond the grant is refused with the rule that it breaks, in both languages."""
    refused = refusal({**GRANT, **grant}, {**USE, **use}, TODAY)
    assert refused is not None and refused.type == type_
    assert refused.detail.zh != str(refused.detail)  # type: ignore[attr-defined]


def test_none() -> None:
    """A grant that does not exist looks like one of somebody else's."""
    missing, others = (
        refusal(None, USE, TODAY),
        refusal({**GRANT, "consumer": "GOV/x/y"}, USE, TODAY),
    )
    assert missing is not None and others is not None
    assert (missing.status, missing.type, missing.detail) == (404, "grant-unknown", others.detail)


def test_pointers() -> None:
    """Each field too many is named where it stands."""
    use = {**USE, "fields": ["relation", "a"], "claims": {"b": 1}}
    refused = refusal(GRANT, use, TODAY)
    assert refused is not None
    assert [e.pointer for e in refused.errors] == ["/fields/1", "/claims/b"]


NAMES = st.sampled_from(["a", "b", "c", "d"])


@given(
    granted=st.lists(NAMES, unique=True),
    fields=st.lists(NAMES),
    kind=st.sampled_from(KINDS),
    purpose=NAMES,
    item=st.none() | NAMES,
)
def test_exactly(
    granted: list[str], fields: list[str], kind: str, purpose: str, item: str | None
) -> None:
    """A use passes exactly where each thing it names is among those granted."""
    grant = {**GRANT, "fields": granted, "kinds": ["query"], "purposes": ["a", "b"], "items": ["c"]}
    use = {**USE, "fields": fields, "kind": kind, "purpose": purpose, "item": item}
    covered = kind == "query" and purpose in "ab" and item == "c" and set(fields) <= set(granted)
    assert (refusal(grant, use, TODAY) is None) == covered


@pytest.mark.parametrize(
    "name", ["", "GOV/education", "gov/education/x", "GOV//x", "GOV/education/a/b", "GOV/e d/x"]
)
def test_malformed(name: str) -> None:
    """What is no name of a consumer is none."""
    assert consumer(name) is None


def test_members() -> None:
    """A consumer is a system at a member, and a member stands for the authority of a division."""
    assert consumer("GOV/education/education") == ("GOV/education", "education")
    assert is_of("CITY/430100/app", "CITY/430100/*") and not is_of("CITY/430100/app", "CITY/430/*")
    assert member_division("GOV/education") == "430000"
    assert member_division("COUNTY/430104") == "430104"
