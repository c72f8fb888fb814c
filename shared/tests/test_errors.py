"""The tree of errors: problem documents, and the way across RPC and back."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import (
    Duplicate,
    FieldError,
    IllegalMove,
    Invalid,
    ServiceError,
    Unavailable,
    Unexpected,
    _tree,
    from_wire,
    problem,
    to_wire,
)
from shared.text import Text

CLASSES = sorted(_tree(ServiceError), key=lambda cls: cls.__name__)

texts = st.builds(Text, st.text(max_size=20), st.text(min_size=1, max_size=20))
faults = st.builds(FieldError, st.text(max_size=10), texts, st.sampled_from(["type", "range"]))
members = st.dictionaries(
    st.sampled_from(["legal", "version", "needed"]),
    st.one_of(st.integers(0, 9), st.lists(st.text(max_size=5), max_size=3)),
)


@st.composite
def errors_(draw: st.DrawFn) -> ServiceError:
    given: dict[str, Any] = {
        "type": draw(st.sampled_from([None, "name-taken"])),
        "errors": draw(st.lists(faults, max_size=3)),
        **draw(members),
    }
    if draw(st.booleans()):
        given["retry_after"] = draw(st.integers(0, 600))
    return draw(st.sampled_from(CLASSES))(draw(st.one_of(st.none(), texts)), **given)


def both(text: str) -> tuple[str, str]:
    return (text.zh if isinstance(text, Text) else text), str(text)


def said(error: ServiceError) -> tuple[Any, ...]:
    return (
        type(error),
        error.type,
        both(error.detail),
        [(e.pointer, both(e.detail), e.rule) for e in error.errors],
        error.retry_after,
        error.extensions,
    )


@given(errors_())
def test_wire(error: ServiceError) -> None:
    """What crosses RPC as JSON comes back as the same error."""
    assert said(from_wire(orjson.loads(orjson.dumps(to_wire(error))))) == said(error)


@pytest.mark.parametrize("cls", CLASSES)
def test_defaults(cls: type[ServiceError]) -> None:
    """Every class has a status, a slug, a title in both languages, and needs no argument."""
    error = cls()
    assert 400 <= cls.status < 600
    assert error.type == cls.slug
    assert cls.title.zh and str(cls.title) and cls.title.zh != str(cls.title)
    assert said(from_wire(to_wire(error))) == said(error)


def test_slugs() -> None:
    """No two classes share a type, save the root and what it stands for."""
    slugs = [cls.slug for cls in CLASSES if cls is not ServiceError]
    assert len(slugs) == len(set(slugs))


def test_unknown_class() -> None:
    """An error whose class is not known here is unexpected, and keeps its words."""
    wire = {**to_wire(Duplicate(Text("重名", "Taken"))), "class": "FromTheFuture"}
    error = from_wire(wire)
    assert type(error) is Unexpected
    assert both(error.detail) == ("重名", "Taken")


def test_document() -> None:
    """A problem document has RFC 9457's members, the faulty fields and the extensions."""
    fault = FieldError("/form/name", Text("必填", "Required"), "required")
    document = problem(
        Invalid(Text("有误", "Wrong"), type="faults", errors=[fault], item="name"), "zh", "/a/b"
    )
    assert document == {
        "type": "/problems/faults",
        "title": "填报内容有误",
        "status": 422,
        "detail": "有误",
        "instance": "/a/b",
        "item": "name",
        "errors": [{"pointer": "/form/name", "rule": "required", "detail": "必填"}],
    }


def test_document_in_english() -> None:
    """English is spoken where it is asked for, and no empty members are told."""
    document = problem(IllegalMove(legal=["accept"]), "en")
    assert document["title"] == "The present state does not allow this action"
    assert document["legal"] == ["accept"]
    assert {"instance", "errors"} & document.keys() == set()


def test_unavailable() -> None:
    """Who is unavailable says when to come back."""
    assert Unavailable().retry_after == 2
    assert Unavailable(retry_after=7).retry_after == 7
