"""What the simulated systems hold, each a declared resource with the function that reads it.

professional-qualification       GOV/human-resources      who may exercise which profession
barred-person                    GOV/development-reform   who is barred by a court's list
administrative-penalty-<slug>    every other department   penalties of legal persons
subsistence-allowance-<code>     every city and county    who receives the allowance
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

from services.exchange.simulator.people import KNOWN, Person, chance, people
from shared.division import departments, divisions, level
from shared.exchange.resource import Key, Resource, Row, Source, Subject
from shared.schema import (
    Day,
    ResidentId,
    Schema,
    SocialCreditCode,
    String,
    fields,
    label,
    validate,
)
from shared.text import Text

PROFESSIONS = ("doctor", "nurse")
LEVELS = {"doctor": ("doctor", "assistant"), "nurse": ("nurse",)}
CATEGORIES = ("clinical", "dental", "public-health", "chinese-medicine")
ONE_IN = {"barred": 50, "penalty": 9, "allowance": 20}
"""One in so many has such a record."""


def titled(zh: str, en: str, **more: Any) -> dict[str, Any]:
    """Arguments of a field with its title."""
    return {"required": True, "metadata": label(zh, en), **more}


class Qualification(Schema):
    """certificate: first nine digits of the number (year, province, level, category)."""

    identity_number = ResidentId(**titled("公民身份号码", "Resident identity number"))
    profession = fields.String(validate=validate.OneOf(PROFESSIONS), **titled("职业", "Profession"))
    name = String(**titled("姓名", "Name"))
    certificate = String(**titled("资格证书编号", "Number of the certificate"))
    level = String(**titled("级别", "Level"))
    category = String(allow_none=True, **titled("类别", "Category"))
    passed_on = Day(**titled("取得资格日期", "Day of the qualification"))
    status = fields.String(
        validate=validate.OneOf(("valid", "revoked")), **titled("状态", "Status")
    )


class Barred(Schema):
    identity_number = ResidentId(**titled("公民身份号码", "Resident identity number"))
    name = String(**titled("姓名", "Name"))
    listing = String(**titled("名单", "List"))
    reference = String(**titled("执行案号", "Case number of the court"))
    authority = String(**titled("执行法院", "Court"))
    listed_on = Day(**titled("列入日期", "Listed on"))
    until = Day(**titled("截止日期", "Until"))


class Penalty(Schema):
    code = SocialCreditCode(**titled("统一社会信用代码", "Unified social credit code"))
    reference = String(**titled("决定书文号", "Number of the decision"))
    reason = String(longest=400, **titled("违法事实", "What was done"))
    decided_on = Day(**titled("决定日期", "Decided on"))


class Allowance(Schema):
    identity_number = ResidentId(**titled("公民身份号码", "Resident identity number"))
    since = Day(**titled("起始日期", "Since"))
    status = fields.String(
        validate=validate.OneOf(("receiving", "ended")), **titled("状态", "Status")
    )


def qualification(key: Key) -> Row | None:
    """Every third has qualified as a doctor, every third as a nurse; so have the known citizens."""
    who = people().get(str(key["identity_number"]))
    profession = _profession(who) if who else None
    if who is None or profession is None or key["profession"] != profession:
        return None
    ranks, known = LEVELS[profession], who.identity in KNOWN
    rank = 0 if known else who.number % len(ranks)
    category = 0 if known else chance("category", who.number) % len(CATEGORIES)
    passed = date(2018, 8, 26) if profession == "doctor" else date(2026, 6, 30)
    return {
        **key,
        "name": who.name,
        "certificate": f"{passed.year}43{rank + 1}{category + 1}0",
        "level": ranks[rank],
        "category": CATEGORIES[category] if profession == "doctor" else None,
        "passed_on": passed.isoformat(),
        "status": "revoked" if not known and who.number % 97 == 0 else "valid",
    }


def _profession(who: Person) -> str | None:
    if who.number < 0:
        return PROFESSIONS[(-1 - who.number) % len(PROFESSIONS)]
    turn = who.number % 3
    return PROFESSIONS[turn] if turn < len(PROFESSIONS) else None


def barred(key: Key) -> Row | None:
    """One in fifty is barred; none of the known citizens is."""
    who = people().get(str(key["identity_number"]))
    if who is None or who.number < 0 or who.number % ONE_IN["barred"]:
        return None
    listed = date(2025, 1, 1) + timedelta(days=who.number % 300)
    return {
        **key,
        "name": who.name,
        "listing": "dishonest-judgment-debtor",
        "reference": f"({listed.year})湘0104执{who.number:04}号",
        "authority": "长沙市岳麓区人民法院",
        "listed_on": listed.isoformat(),
        "until": listed.replace(year=listed.year + 2).isoformat(),
    }


def penalty(department: str, key: Key) -> Row | None:
    """One legal person in nine was punished by this department, whoever it is."""
    drawn = chance("penalty", department, key["code"])
    if drawn % ONE_IN["penalty"]:
        return None
    day = date(2026, 1, 1) + timedelta(days=drawn % 250)
    reference = f"湘{department}罚字〔2026〕{drawn % 10_000}号"
    return {**key, "reference": reference, "reason": "逾期未报告", "decided_on": day.isoformat()}


def allowance(division: str, key: Key) -> Row | None:
    """One resident of the division in twenty receives the allowance."""
    who = people().get(str(key["identity_number"]))
    prefix = division[:4] if level(division) == "city" else division
    if who is None or not who.identity.startswith(prefix):
        return None
    if chance("allowance", who.number) % ONE_IN["allowance"]:
        return None
    return {**key, "since": "2025-07-01", "status": "receiving"}


def reads(row: Any) -> Any:
    """`row` of one key, as a resource's `read`; the source of a simulated system is itself."""

    def read(source: Source, keys: Sequence[Key], names: Collection[str]) -> list[Row | None]:
        return [row(key) for key in keys]

    return read


PERSON = Subject("person", "identity_number")

QUALIFICATIONS = Resource(
    code="professional-qualification",
    name=Text("职业资格信息", "Professional qualifications"),
    description=Text(
        "医师资格、护士执业资格的取得与状态", "Who has qualified as a doctor or a nurse, and how"
    ),
    schema=Qualification,
    key=("identity_number", "profession"),
    subject=PERSON,
    read=reads(qualification),
    example=qualification({"identity_number": next(iter(KNOWN)), "profession": "doctor"}) or {},
)

BARRED = Resource(
    code="barred-person",
    name=Text("失信被执行人信息", "Persons barred as judgment debtors"),
    description=Text(
        "依法限制担任企业法定代表人的失信被执行人名单",
        "Who may not represent an enterprise, by a court's list",
    ),
    schema=Barred,
    key=("identity_number",),
    subject=PERSON,
    read=reads(barred),
    update_cycle="daily",
)


def penalties(department: str, name: Text) -> Resource:
    """The administrative penalties of a department."""
    return Resource(
        code=f"administrative-penalty-{department}",
        name=Text(f"{name.zh}行政处罚信息", f"Administrative penalties: {name}"),
        description=Text("对法人的行政处罚决定", "Penalties imposed on legal persons"),
        schema=Penalty,
        key=("code",),
        subject=Subject("legal-person", "code"),
        read=reads(partial(penalty, department)),
        sharing="unconditional",
        openness="open",
    )


def allowances(division: str, name: Text) -> Resource:
    """Who receives the subsistence allowance in a division."""
    return Resource(
        code=f"subsistence-allowance-{division}",
        name=Text(f"{name.zh}最低生活保障信息", f"Subsistence allowance: {name}"),
        description=Text("最低生活保障对象", "Who receives the subsistence allowance"),
        schema=Allowance,
        key=("identity_number",),
        subject=PERSON,
        read=reads(partial(allowance, division)),
        update_cycle="monthly",
    )


OWN: Mapping[str, Resource] = {
    "GOV/human-resources": QUALIFICATIONS,
    "GOV/development-reform": BARRED,
}
CLASSES = {"city": "CITY", "county": "COUNTY"}


@cache
def by_node() -> Mapping[str, Resource]:
    """What each of the 191 nodes holds, by its id."""
    held = {f"GOV/{one.code}": penalties(one.code, one.name) for one in departments()}
    for one in divisions():
        if one.level in CLASSES:
            held[f"{CLASSES[one.level]}/{one.code}"] = allowances(one.code, one.name)
    return {**held, **OWN}
