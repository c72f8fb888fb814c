"""Birth certificates and health certificates of food workers (pure).

Sources: 《母婴保健法》 (Maternal and Infant Health Care Law) Art. 23; 《食品安全法》 (Food Safety
Law) Art. 45 and its Implementing Regulation Art. 23 (diseases that bar from work with food that is
eaten without further treatment; certificates are renewed every year).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from services.health.domain.practitioners import years_after
from services.health.domain.refusals import refusal
from shared.errors import FieldError
from shared.text import Text

SEXES: Mapping[str, Text] = {"female": Text("女", "Female"), "male": Text("男", "Male")}
DISEASES: Mapping[str, Text] = {
    "cholera": Text("霍乱", "Cholera"),
    "dysentery": Text("细菌性和阿米巴性痢疾", "Bacillary and amoebic dysentery"),
    "typhoid": Text("伤寒和副伤寒", "Typhoid and paratyphoid"),
    "hepatitis": Text("病毒性肝炎（甲型、戊型）", "Viral hepatitis A and E"),
    "tuberculosis": Text("活动性肺结核", "Active tuberculosis"),
    "skin": Text("化脓性或者渗出性皮肤病", "Suppurative or exudative skin disease"),
}

EXAM_DAYS = 30
"""An examination is this many days old at the most."""
OLDEST_BIRTH_DAYS = 365
"""First certificates are given within a year; later births go through the registry."""


def birth_refusals(form: Mapping[str, Any], today: date) -> Iterator[FieldError]:
    """What is wrong with an application for a birth certificate beyond its schema."""
    born = date.fromisoformat(form["child"]["born_on"])
    if born > today:
        yield refusal("/child/born_on", "not-yet", "出生日期在将来", "This birth is yet to come")
    elif (today - born).days > OLDEST_BIRTH_DAYS:
        yield refusal(
            "/child/born_on",
            "too-late",
            "出生逾一年的，请到签发机构现场办理",
            "More than a year after the birth, apply at the issuing institution",
        )
    father = form.get("father")
    if father and father["identity"] == form["mother"]["identity"]:
        yield refusal(
            "/father/identity",
            "same-person",
            "父母身份证号码相同",
            "Father and mother are the same",
        )


def exam_refusals(form: Mapping[str, Any], today: date) -> Iterator[FieldError]:
    """What is wrong with an application for a food worker's health certificate."""
    examined = date.fromisoformat(form["examined_on"])
    if examined > today:
        yield refusal("/examined_on", "not-yet", "日期尚未到来", "This day is yet to come")
    elif (today - examined).days > EXAM_DAYS:
        yield refusal(
            "/examined_on",
            "exam-too-old",
            f"体检应在 {EXAM_DAYS} 日内",
            f"The examination is more than {EXAM_DAYS} days old",
        )
    for i, disease in enumerate(form["findings"]):
        yield refusal(
            f"/findings/{i}",
            "bars-food-work",
            f"患有{DISEASES[disease].zh}，不得从事接触直接入口食品的工作",
            f"{DISEASES[disease]} bars from work with food that is eaten as it is",
        )


def food_worker_until(examined_on: str) -> str:
    """The last day of a health certificate: one year from the examination."""
    return (years_after(date.fromisoformat(examined_on), 1) - timedelta(days=1)).isoformat()


def birth_key(mother: str, form: Mapping[str, Any]) -> tuple[str, str, int]:
    """What makes a birth one birth: the mother (keyed lookup), the day, and the order of twins."""
    return mother, form["child"]["born_on"], form["child"]["order"]
