"""Whether an establishment can be taken in: all its rules, each named in its refusal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from services.enterprise.domain import materials, ownership, premises, representatives
from services.enterprise.domain.kinds import KINDS, Kind
from services.enterprise.domain.refusals import refusal
from shared.errors import FieldError
from shared.text import Text

HEAD_LAW = Text(
    "《合伙企业法》第二十六条、第六十七条，《个人独资企业法》第二条",
    "Partnership Enterprise Law, Art. 26 and 67; Sole Proprietorship Enterprise Law, Art. 2",
)


def refusals(
    form: Mapping[str, Any],
    *,
    name: Mapping[str, Any],
    authority: str,
    bars: Iterable[Mapping[str, Any]],
    today: date,
) -> list[FieldError]:
    """Why the establishment in `form` cannot be taken in; empty where it can.

    name: the reserved name {division, industry, kind}. authority: division of the registration
    authority. bars: records against the representative (`representatives.GROUNDS`).
    """
    kind = KINDS[name["kind"]]
    activities = [name["industry"], *form["business_scope"]]
    capital = form.get("registered_capital")
    return [
        *ownership.capital_refusals(kind, capital, activities),
        *ownership.owner_refusals(kind, form["owners"], capital, today),
        *premises.authority_refusals(
            kind, authority, form["address"]["division"], name["division"]
        ),
        *premises.scope_refusals(form["business_scope"]),
        *representatives.refusals(bars, today.isoformat(), "/representative/identity"),
        *materials.refusals(materials.ESTABLISHMENT, kind.code, form["materials"]),
        *_head(kind, form["representative"]["identity"], form["owners"]),
        *_term(form.get("term_until"), today),
        *_kind(kind, form["kind"]),
    ]


def _term(until: str | None, today: date) -> Iterator[FieldError]:
    if until is not None and until <= today.isoformat():
        yield refusal("/term_until", "term-past", "经营期限应在今后", "The term ends in the future")


def _kind(kind: Kind, stated: str) -> Iterator[FieldError]:
    """The kind that the form states is that of the reserved name."""
    if stated != kind.code:
        yield refusal(
            "/kind",
            "kind-of-name",
            f"名称的组织形式为{kind.name.zh}（《企业名称登记管理规定》第十条）",
            f"The reserved name is that of a {kind.name.lower()} "
            "(Provisions on Enterprise Name Registration, Art. 10)",
        )


def _head(kind: Kind, identity: str, owners: Sequence[Mapping[str, Any]]) -> Iterator[FieldError]:
    """Partnerships are managed by a partner, who bears unlimited liability; a sole proprietorship
    by its investor."""
    if kind.capital:
        return
    roles = ("general",) if kind.roles else (None,)
    if not any(o["identity"] == identity and o.get("role") in roles for o in owners):
        yield refusal(
            "/representative/identity",
            "head-among-owners",
            f"{kind.head.zh}应为{kind.owner.zh}本人（{HEAD_LAW.zh}）",
            f"The {kind.head} is one of the {kind.owner}s ({HEAD_LAW})",
        )
