"""Priority classes of a school for a child: published rules over verified facts (pure).

Source of the classes: Compulsory Education Law, Art. 12 (nearby school by household; children of
parents who work and live elsewhere), and the provincial rules on enrolment by catchment.
Guarantees: every child is in exactly one class at every school: the first that fits in the
round's published order. Does not: verify the facts; the official who accepts does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.division import covers
from shared.text import Text

Facts = Mapping[str, Any]
"""household, home: {division, street, community} or None; home also {kind: "owned"|"rented"};
residence_permit: bool; siblings: codes of schools that a sibling attends."""
School = Mapping[str, Any]
"""{code, catchment: [{division, street?, community?}]}"""
HOMES: Mapping[str, Text] = {
    "owned": Text("自有住房", "Owned"),
    "rented": Text("租赁住房", "Rented"),
}
Fits = Callable[[Facts, School], bool]


def in_catchment(place: Mapping[str, Any] | None, school: School) -> bool:
    """Whether `place` lies in one of the areas of the school's catchment."""
    return place is not None and any(_lies_in(place, area) for area in school["catchment"])


def _lies_in(place: Mapping[str, Any], area: Mapping[str, Any]) -> bool:
    if not covers(area["division"], place["division"]):
        return False
    named = [name for name in ("street", "community") if area.get(name)]
    return all(_plain(place.get(name)) == _plain(area[name]) for name in named)


def _plain(name: str | None) -> str:
    return "".join((name or "").split())


def _household_and_home(facts: Facts, school: School) -> bool:
    owned = (facts["home"] or {}).get("kind") == "owned"
    return owned and _household(facts, school) and in_catchment(facts["home"], school)


def _household(facts: Facts, school: School) -> bool:
    return in_catchment(facts["household"], school)


def _residence(facts: Facts, school: School) -> bool:
    lives_by_right = (facts["home"] or {}).get("kind") == "owned" or facts["residence_permit"]
    return bool(lives_by_right) and in_catchment(facts["home"], school)


def _sibling(facts: Facts, school: School) -> bool:
    return school["code"] in facts["siblings"]


CLASSES: Mapping[str, tuple[Text, Fits]] = {
    "household-and-home": (
        Text("户籍与自有住房均在学区内", "Household and own home in the catchment"),
        _household_and_home,
    ),
    "household": (Text("户籍在学区内", "Household in the catchment"), _household),
    "residence": (
        Text(
            "住房在学区内且自有，或者持居住证居住在学区内",
            "Lives in the catchment, in a home of one's own or with a residence permit",
        ),
        _residence,
    ),
    "sibling": (Text("有兄弟姐妹在该校就读", "A sibling attends the school"), _sibling),
    "other": (Text("其他适龄儿童", "Any other child of school age"), lambda facts, school: True),
}
"""Class: what it is, and whether a child with these facts is in it."""

ORDER = tuple(CLASSES)
"""The usual order; a round may publish another one, which ends with "other"."""


def class_of(
    facts: Facts, school: School, order: Sequence[str], corrected: str | None = None
) -> str:
    """The child's class at `school`: as an upheld objection `corrected` it, else the first that
    fits."""
    return corrected or next(code for code in order if CLASSES[code][1](facts, school))


def rank(facts: Facts, school: School, order: Sequence[str], corrected: str | None = None) -> int:
    """The place of the child's class in `order`; 0 is best."""
    return order.index(class_of(facts, school, order, corrected))


def is_order(order: Sequence[str]) -> bool:
    """Whether `order` can be published: known classes, each once, "other" last."""
    known = set(order) <= CLASSES.keys() and len(set(order)) == len(order)
    return known and bool(order) and order[-1] == "other"
