from __future__ import annotations

from typing import Any

import pytest

from services.catalogue.domain.contents import AnnouncedItem
from services.catalogue.domain.lint import RULES, findings
from services.catalogue.tests.samples import TEXT, announcement, content

BROKEN: dict[str, dict[str, Any]] = {
    "instant-at-once": {"instant": True},
    "committed-takes-time": {"promised_days": 0},
    "promised-within-statutory": {"promised_days": 21},
    "online-without-visit": {"visits": 1, "visits_reason": TEXT},
    "visit-has-reason": {"visits": 1, "online": ["accept"]},
    "fee-has-basis": {"fee": 100},
    "result-has-sample": {"result_sample": " "},
    "phones-differ": {"complaint_phone": "0731-88880001"},
    "ends-after-beginning": {"effective_until": "2025-12-31"},
    "materials-distinct": {"materials": [{"code": "a"}, {"code": "a"}]},
}


def test_good() -> None:
    """A good content has no findings, and the shape that is announced loads."""
    assert findings(content()) == []
    assert findings(AnnouncedItem().load(announcement())) == []


@pytest.mark.parametrize("rule", BROKEN)
def test_rule(rule: str) -> None:
    """Breaking one rule is found as that rule, in both languages."""
    (found,) = findings(content(**BROKEN[rule]))
    assert found.rule == rule
    assert found.detail.zh != str(found.detail)  # type: ignore[attr-defined]


def test_every_rule_is_tried() -> None:
    """No rule is without its example."""
    assert {rule.slug for rule in RULES} == set(BROKEN)


def test_instant() -> None:
    """An instant item that promises 0 days is good."""
    assert findings(content(instant=True, promised_days=0)) == []


def test_form() -> None:
    """A form that people could not be shown in both languages is found, field by field."""
    named = {"title": "类型", "x-title": {"zh": "类型", "en": "Kind"}}
    kind = {**named, "enum": ["a"], "x-enum-titles": {"a": {"zh": "甲", "en": "A"}}}
    good, bad = announcement(form=_form(kind)), announcement(form=_form({"enum": ["a"]}))
    assert findings(AnnouncedItem().load(good)) == []
    found = findings(AnnouncedItem().load(bad))
    assert [(fault.pointer, fault.rule) for fault in found] == [
        ("/form/properties/kind", "field-titled"),
        ("/form/properties/kind/enum", "value-named"),
    ]


def _form(kind: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"kind": kind}}
