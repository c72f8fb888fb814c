"""What market regulation verifies with others' registers before it approves.

barred-person  of development and reform: judgment debtors on a court's list (失信被执行人)

A person on the list may not represent a company (Company Law, Art. 178 (5)), so nobody on it is
approved as a representative, unless an official answers for it within the days of the law: the
authority examines the form of an application and registers within them (Regulation on Market Entity
Registration, Art. 19), and revokes what was obtained by false statements (Art. 40). Owners on the
list are shown to the official; the law does not bar them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shared.department.practice import Application, Question, Verification
from shared.documents import Storage
from shared.text import Text

RESOURCE, PURPOSE = "barred-person", "enterprise-establishment"
LISTED = {"listing": "dishonest-judgment-debtor"}
FORMAL = Text(
    "《市场主体登记管理条例》第十九条、第四十条：形式审查，限期登记；虚假登记依法撤销",
    "Regulation on Market Entity Registration, Art. 19, 40: registered within days after an "
    "examination of form; revoked where obtained by false statements",
)


def representative(store: Storage, asked: Application) -> Iterator[Question]:
    """Whether the representative is on the list, where the form names one."""
    if "representative" in asked.form:
        yield _question("/representative/identity", asked.form["representative"])


def owners(store: Storage, asked: Application) -> Iterator[Question]:
    """Whether owners who are persons are on the list."""
    for place, owner in enumerate(asked.form.get("owners", ())):
        if owner["kind"] == "person":
            yield _question(f"/owners/{place}/identity", owner)


def _question(about: str, person: Mapping[str, Any]) -> Question:
    return Question(about, {"identity_number": person["identity"]}, LISTED)


NOT_BARRED = (
    Verification(
        "representative-not-barred",
        RESOURCE,
        PURPOSE,
        claim=Text("法定代表人未被列为失信被执行人", "The representative is on no list of debtors"),
        questions=representative,
        absent=True,
        override=FORMAL,
    ),
    Verification(
        "owner-not-barred",
        RESOURCE,
        PURPOSE,
        claim=Text("股东未被列为失信被执行人", "The owner is on no list of debtors"),
        questions=owners,
        absent=True,
        mandatory=False,
    ),
)
