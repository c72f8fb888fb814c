"""What health reads from registers, so that practitioners are not asked for it.

    account                     name, identity number and phone of who applies for themselves
    professional-qualification  of human resources: level, category, certificate, day

What is registered because of a qualification is followed from then on (`usecases/following.py`).
A qualification is verified before a registration is approved; the law knows no registration
without one (Law on Doctors, Art. 13; Nurses Regulation, Art. 7), so no official can pass over it.
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.department.facts import ACCOUNT
from shared.department.practice import Application, Question, Source, Verification
from shared.documents import Storage
from shared.text import Text

RESOURCE, PURPOSE = "professional-qualification", "practitioner-registration"
SUPERVISION = "practitioner-supervision"
"""Why qualifications are followed after the registration: no item is served by it."""
QUALIFICATION_FIELDS = ("status",)

OWN = Source(ACCOUNT, {"/name": "name", "/identity": "identity", "/phone": "phone"})


def _qualification(profession: str, fields: dict[str, str]) -> Source:
    key, fixed = {"identity_number": "@identity"}, {"profession": profession}
    return Source(RESOURCE, fields, key=key, fixed=fixed, purpose=PURPOSE)


DOCTOR = (
    OWN,
    _qualification(
        "doctor",
        {"/level": "level", "/category": "category", "/qualification": "certificate"},
    ),
)
NURSE = (OWN, _qualification("nurse", {"/exam_passed_on": "passed_on"}))


def doctor(store: Storage, asked: Application) -> Iterator[Question]:
    """Whether the applicant has the qualification that the form names, and it is in force."""
    form = asked.form
    claims = {"certificate": form["qualification"], "level": form["level"], "status": "valid"}
    yield _question("/qualification", form["identity"], "doctor", claims)


def nurse(store: Storage, asked: Application) -> Iterator[Question]:
    """Whether the applicant passed the nurses' examination on the day that the form names."""
    claims = {"passed_on": asked.form["exam_passed_on"], "status": "valid"}
    yield _question("/exam_passed_on", asked.form["identity"], "nurse", claims)


def _question(about: str, number: str, profession: str, claims: dict[str, str]) -> Question:
    key = {"identity_number": number, "profession": profession}
    return Question(about, key, claims, whose=number)


QUALIFIED_DOCTOR = Verification(
    "qualification",
    RESOURCE,
    PURPOSE,
    claim=Text(
        "本人持有该医师资格，且现行有效", "The applicant holds this qualification, in force"
    ),
    questions=doctor,
)
QUALIFIED_NURSE = Verification(
    "qualification",
    RESOURCE,
    PURPOSE,
    claim=Text("本人已通过护士执业资格考试", "The applicant has passed the nurses' examination"),
    questions=nurse,
)
