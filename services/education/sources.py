"""What education reads from registers for an enrolment, so that parents are not asked for it.

    wards                 which children the applicant guards: name and number of the child
    household-membership  where the child is registered: division, street, community
    education's own       schools that brothers and sisters attend

The guardian of a child is confirmed by the household register, or by identity's (civil affairs)
as its events tell; where neither knows at the submission, it is asked later, before acceptance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from services.education.tools import Tools
from services.education.usecases import proving
from shared.department.practice import Application, Question, Source, Verification
from shared.documents import Storage
from shared.text import Text

PURPOSE = "enrolment"
ORIGINALS = Text(
    "《义务教育法》第五条、第十二条：依法保障适龄儿童入学，可以核验户口簿、出生医学证明等原件",
    "Compulsory Education Law, Art. 5, 12: the child's right to a place; originals (household "
    "booklet, birth certificate) may be examined instead",
)

SOURCES = (
    Source(
        "wards",
        {"/child/name": "name", "/child/identity": "identity_number"},
        key={"guardian": "@identity"},
        purpose=PURPOSE,
        rows="wards",
    ),
    Source(
        "household-membership",
        {
            "/household/division": "division",
            "/household/street": "street",
            "/household/community": "community",
        },
        key={"identity_number": "/child/identity"},
        purpose=PURPOSE,
    ),
    Source(
        "enrolments",
        {"/siblings": "schools"},
        key={"guardian": "@account", "child": "/child/identity", "round": "/round"},
        own=proving.sibling_schools,
    ),
)


def verifications(tools: Callable[[], Tools]) -> tuple[Verification, ...]:
    """What is verified of an enrolment before it is accepted."""

    def guardian(store: Storage, asked: Application) -> Iterator[Question]:
        yield proving.guardian_question(store, tools(), asked)

    def household(store: Storage, asked: Application) -> Iterator[Question]:
        yield from proving.household_questions(asked)

    common: dict[str, Any] = {"purpose": PURPOSE, "before": ("accept",), "override": ORIGINALS}
    return (
        Verification(
            proving.GUARDIANSHIP,
            "guardianship",
            claim=Text("申请人系该儿童的监护人", "The applicant is the child's guardian"),
            questions=guardian,
            **common,
        ),
        Verification(
            "household",
            "household-membership",
            claim=Text("儿童户籍与填报一致", "The child's household is as stated"),
            questions=household,
            needs=proving.GUARDIANSHIP,
            **common,
        ),
    )
