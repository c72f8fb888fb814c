"""Registered practitioners: who may be registered, and what officials may rule (pure).

Sources: 《医师法》 (Law on Doctors, 2022) Art. 13 to 17; 《护士条例》 (Nurses Regulation, 2020)
Art. 7, 8, 10. The register of practitioners is public: number, name, category, scope, institution
and status; identity numbers and phones are not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from services.health.domain.refusals import refusal
from shared.errors import FieldError
from shared.text import Text

CATEGORIES: Mapping[str, Text] = {
    "clinical": Text("临床", "Clinical"),
    "tcm": Text("中医", "Traditional Chinese medicine"),
    "dental": Text("口腔", "Dental"),
    "public-health": Text("公共卫生", "Public health"),
}
LEVELS: Mapping[str, Text] = {
    "doctor": Text("执业医师", "Licensed doctor"),
    "assistant": Text("执业助理医师", "Licensed assistant doctor"),
}
NURSE = Text("护士", "Registered nurse")

SPECIALTIES: Mapping[str, tuple[str, Text]] = {
    "internal": ("clinical", Text("内科专业", "Internal medicine")),
    "surgery": ("clinical", Text("外科专业", "Surgery")),
    "gynaecology": ("clinical", Text("妇产科专业", "Gynaecology and obstetrics")),
    "paediatrics": ("clinical", Text("儿科专业", "Paediatrics")),
    "ophthalmology": ("clinical", Text("眼耳鼻咽喉科专业", "Ophthalmology, ear, nose, throat")),
    "dermatology": ("clinical", Text("皮肤病与性病专业", "Dermatology and venereology")),
    "psychiatry": ("clinical", Text("精神卫生专业", "Mental health")),
    "general-practice": ("clinical", Text("全科医学专业", "General practice")),
    "rehabilitation": ("clinical", Text("康复医学专业", "Rehabilitation")),
    "tcm-general": ("tcm", Text("中医专业", "Traditional Chinese medicine")),
    "tcm-western": ("tcm", Text("中西医结合专业", "Integrated medicine")),
    "dentistry": ("dental", Text("口腔专业", "Dentistry")),
    "public-health": ("public-health", Text("公共卫生类别专业", "Public health")),
}
"""Scopes of practice (执业范围) and the category each belongs to: 关于医师执业注册中执业范围的
暂行规定 (卫医发〔2001〕169 号), those in common use."""
SCOPES: Mapping[str, Text] = {code: name for code, (_, name) in SPECIALTIES.items()}

NURSE_YEARS = 5
"""Nurses Regulation, Art. 8: a registration is valid for five years."""
EXAM_YEARS = 3
"""Nurses Regulation, Art. 7: later applicants need three months of clinical training."""
BARRED_YEARS = 2
"""Law on Doctors, Art. 16: nobody is registered within two years after a revocation."""

RULINGS: Mapping[str, tuple[frozenset[str], str]] = {
    "suspension": (frozenset({"valid"}), "suspended"),
    "reinstatement": (frozenset({"suspended"}), "valid"),
    "revocation": (frozenset({"valid", "suspended"}), "revoked"),
    "cancellation": (frozenset({"valid", "suspended"}), "cancelled"),
}
"""Ruling: the statuses it applies to, and the one it gives (Law on Doctors, Art. 55 to 57; the
cancellation 注销 by its Art. 17, without blame, bars nobody from a new registration)."""

STATUSES = ("valid", "suspended", "revoked", "cancelled", "expired")
IN_FORCE = ("valid", "suspended")


def doctor_refusals(form: Mapping[str, Any]) -> Iterator[FieldError]:
    """What is wrong with the form of a doctor beyond its schema."""
    for i, specialty in enumerate(form["scope"]):
        if SPECIALTIES[specialty][0] != form["category"]:
            yield refusal(
                f"/scope/{i}",
                "scope-of-category",
                "执业范围与执业类别不符",
                "This scope does not belong to the category",
            )
    if form["qualification"][6] != {"doctor": "1", "assistant": "2"}[form["level"]]:
        yield refusal(
            "/qualification",
            "qualification-level",
            "医师资格证书的级别与申请不符",
            "The qualification is of another level",
        )
    yield from _declared(form)


def nurse_refusals(form: Mapping[str, Any], today: date) -> Iterator[FieldError]:
    """What is wrong with the form of a nurse beyond its schema."""
    passed = date.fromisoformat(form["exam_passed_on"])
    if passed > today:
        yield refusal("/exam_passed_on", "not-yet", "日期尚未到来", "This day is yet to come")
    elif years_after(passed, EXAM_YEARS) < today and not form["clinical_training"]:
        yield refusal(
            "/clinical_training",
            "clinical-training",
            "自通过考试之日起逾三年的，应当接受三个月临床护理培训并考核合格",
            "More than three years after the examination, three months of clinical training "
            "are needed",
        )
    yield from _declared(form)


def _declared(form: Mapping[str, Any]) -> Iterator[FieldError]:
    if not form["no_impediment"]:
        yield refusal(
            "/no_impediment",
            "impediment",
            "有法定不予注册情形的，不予注册",
            "Whoever is under a statutory impediment cannot be registered",
        )


def known_refusals(
    known: Iterable[Mapping[str, Any]], kind: str, today: date
) -> Iterator[FieldError]:
    """What speaks against a further registration of somebody who is on the register as `known`."""
    for entry in known:
        status = status_on(entry, today.isoformat())
        if entry["kind"] == kind and status in IN_FORCE:
            yield refusal(
                "/identity",
                "registered-already",
                f"已注册，编号 {entry['_id']}",
                f"Registered already under {entry['_id']}",
            )
        elif status == "revoked" and today < years_after(ended_on(entry), BARRED_YEARS):
            yield refusal(
                "/identity",
                "revoked-lately",
                "被吊销执业证书不满二年，不予注册",
                "A registration was revoked less than two years ago",
            )


def ended_on(entry: Mapping[str, Any]) -> date:
    """The day of the last ruling."""
    return date.fromisoformat(entry["rulings"][-1]["on"])


def status_on(entry: Mapping[str, Any], day: str) -> str:
    """The status of a register entry or certificate on `day`; a valid one can have expired."""
    until = entry.get("valid_until")
    expired = entry["status"] == "valid" and until is not None and until < day
    return "expired" if expired else str(entry["status"])


def years_after(day: date, years: int) -> date:
    """The same day of the year, `years` later; of a 29 February, the 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def title(entry: Mapping[str, Any]) -> Text:
    """What the practitioner is, in words."""
    return NURSE if entry["kind"] == "nurse" else LEVELS[entry["level"]]
