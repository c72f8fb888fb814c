"""What the register of households provides through the exchange.

household-membership  of a person: where they are registered, as what to the head, since when
guardianship          of a child and a person: whether, and as what, that person is the guardian
wards                 of a person: the minors whose guardian they are

Guarantees: only the entries of today are told. A guardian is named by the keyed lookup of the
number, which is the same in every service, so that a consumer can ask about a person whose number
it does not know, and learns no number. Does not: read many keys at once; a batch costs a read a
key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.household.domain import facts
from services.household.domain.relations import GUARDS, RELATIONS
from services.household.usecases.sealing import number_of
from shared.clock import local_day
from shared.exchange.resource import Key, Resource, Row, Source, Subject
from shared.schema import (
    Day,
    DivisionCode,
    ResidentId,
    Schema,
    String,
    fields,
    label,
    one_of,
    validate,
)
from shared.text import Text

MOST_HOUSEHOLDS = 50
"""Households in which the wards of one person live, at the most."""
LOOKUP = r"[0-9a-f]{64}$(?!\n)"
FOR_SCHOOL = ("education-enrolment", "education-student-aid")


class Membership(Schema):
    """relation: to the head, GB/T 4761 by word. since: the first day of the membership."""

    identity_number = ResidentId(required=True, metadata=label("公民身份号码", "Identity number"))
    division = DivisionCode(metadata=label("户籍区划", "Division of the household"))
    number = String(metadata=label("户号", "Number of the household"))
    head = fields.Boolean(metadata=label("是否户主", "Whether the head of the household"))
    relation = fields.String(
        validate=one_of({code: name for code, (_, name) in RELATIONS.items()}),
        metadata=label("与户主关系", "Relation to the head"),
    )
    since = Day(metadata=label("登记日期", "Member since"))
    street = String(metadata=label("街道（乡镇）", "Street or township"))
    community = String(allow_none=True, metadata=label("社区（村）", "Community or village"))


class Guardianship(Schema):
    """guardian: the keyed lookup of the guardian's identity number (64 hexadecimal digits)."""

    child = ResidentId(required=True, metadata=label("被监护人公民身份号码", "The minor's number"))
    guardian = fields.String(
        required=True,
        validate=validate.Regexp(LOOKUP, error=Text("应为人员标识", "Must be a person's lookup")),
        metadata=label("监护人标识", "The guardian's lookup"),
    )
    relation = fields.String(
        validate=one_of(GUARDS), metadata=label("监护关系", "What the guardian is")
    )
    in_force = fields.Boolean(
        metadata=label("监护是否有效", "Whether the guardianship is in force")
    )


class Ward(Schema):
    name = String(metadata=label("姓名", "Name"))
    identity_number = ResidentId(metadata=label("公民身份号码", "Identity number"))
    born = Day(metadata=label("出生日期", "Born on"))
    relation = fields.String(metadata=label("监护关系", "What the guardian is"))


class Wards(Schema):
    guardian = ResidentId(
        required=True, metadata=label("监护人公民身份号码", "The guardian's number")
    )
    wards = fields.List(
        fields.Nested(Ward), metadata=label("被监护人", "Minors under guardianship")
    )


def membership(source: Source, keys: Sequence[Key], names: Collection[str]) -> list[Row | None]:
    """Where each person is registered today."""
    return [_membership(source, key["identity_number"]) for key in keys]


def _membership(source: Source, number: str) -> Row | None:
    person = source.vault.lookup(number)
    found = _household(source, person)
    told = facts.membership(found, person) if found else None
    return {"identity_number": number, **told} if told else None


def guardianship(source: Source, keys: Sequence[Key], names: Collection[str]) -> list[Row | None]:
    """Whether each person is the guardian of each child today."""
    return [_guardianship(source, key["child"], key["guardian"]) for key in keys]


def _guardianship(source: Source, child: str, guardian: str) -> Row | None:
    person = source.vault.lookup(child)
    found = _household(source, person)
    known = facts.guardians_of(found, person, local_day(source.now)) if found else []
    own = next((one for one in known if one["person"] == guardian), None)
    if own is None:
        return None
    told = {"relation": own["relation"], "in_force": True}
    return {"child": child, "guardian": guardian, **told}


def wards(source: Source, keys: Sequence[Key], names: Collection[str]) -> list[Row | None]:
    """The minors of each person, as far as the register names their guardians."""
    return [_wards(source, key["guardian"]) for key in keys]


def _wards(source: Source, number: str) -> Row | None:
    person, today = source.vault.lookup(number), local_day(source.now)
    filter_ = {"wards_of": person}
    households = source.store["households"].find(filter_, limit=MOST_HOUSEHOLDS)
    found = [
        {
            "name": member["name"],
            "identity_number": number_of(source.vault, member),
            "born": member["born"],
            "relation": relation,
        }
        for household in households
        for member, relation in facts.wards_in(household, person, today)
    ]
    return {"guardian": number, "wards": found} if found else None


def _household(source: Source, person: str) -> Mapping[str, Any] | None:
    found = source.store["households"].find({"current": person}, limit=1)
    return found[0] if found else None


MEMBERSHIP = Resource(
    code="household-membership",
    name=Text("户籍登记信息", "Household registration"),
    description=Text(
        "公民常住户口所在地、户号、与户主关系", "Where a person is registered, and as what"
    ),
    schema=Membership,
    key=("identity_number",),
    subject=Subject("person", "identity_number"),
    read=membership,
    items=FOR_SCHOOL,
    example={
        "identity_number": "43010420200618002X",
        "division": "430104",
        "number": "104000001",
        "head": False,
        "relation": "daughter",
        "since": "2020-06-18",
        "street": "岳麓街道",
        "community": "登高路社区",
    },
)

GUARDIANSHIP = Resource(
    code="guardianship",
    name=Text("监护关系信息", "Guardianship of minors"),
    description=Text(
        "某人是否为某未成年人的登记监护人", "Whether a person is the registered guardian of a minor"
    ),
    schema=Guardianship,
    key=("child", "guardian"),
    subject=Subject("person", "child"),
    read=guardianship,
    items=FOR_SCHOOL,
    example={
        "child": "43010420200618002X",
        "guardian": "0" * 64,
        "relation": "parent",
        "in_force": True,
    },
)

WARDS = Resource(
    code="wards",
    name=Text("被监护人信息", "Minors under a person's guardianship"),
    description=Text("某人登记监护的未成年人", "The minors whose registered guardian a person is"),
    schema=Wards,
    key=("guardian",),
    subject=Subject("person", "guardian", also=("wards.identity_number",)),
    read=wards,
    items=FOR_SCHOOL,
    example={
        "guardian": "430104199001010019",
        "wards": [
            {
                "name": "张小禾",
                "identity_number": "43010420200618002X",
                "born": "2020-06-18",
                "relation": "parent",
            }
        ],
    },
)

RESOURCES = (MEMBERSHIP, GUARDIANSHIP, WARDS)
