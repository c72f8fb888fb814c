"""Bodies are what they say they are, or refused."""

import time
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.entrypoints.bodies import DEPTH_LIMIT, FORM, form, json, read_body
from shared.errors import Invalid, Malformed, UnsupportedMediaType

TAKES_JSON = ("application/json", "application/fhir+json")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=20,
)


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/jsonx", "application/xml"])
def test_media_type(media_type: str) -> None:
    """A body that does not say it is JSON is not read as JSON."""
    with pytest.raises(UnsupportedMediaType):
        read_body({"CONTENT_TYPE": media_type}, b"{}", TAKES_JSON)


@given(json_values, st.sampled_from(["application/json", "Application/JSON; charset=utf-8"]))
def test_json(value: Any, media_type: str) -> None:
    """A JSON body is the value it says."""
    assert read_body({"CONTENT_TYPE": media_type}, orjson.dumps(value), TAKES_JSON) == value


@given(st.binary(max_size=80))
def test_not_json(body: bytes) -> None:
    """Any bytes are JSON or refused, with the place where it breaks."""
    try:
        json(body)
    except Malformed as error:
        assert "Not valid JSON" in error.detail


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"a":1}x', b'"\xff"', b"\xef\xbb\xbf{}", b"NaN", b'"\\ud800"', b"{'a':1}"]
)
def test_broken_json(body: bytes) -> None:
    """What is not JSON in UTF-8 is refused."""
    with pytest.raises(Malformed):
        json(body)


@given(st.integers(1, 80), st.booleans())
def test_depth(depth: int, objects: bool) -> None:
    """JSON nests as deep as the limit and no deeper."""
    opening, closing = (b'{"a":', b"}") if objects else (b"[", b"]")
    body = opening * depth + b"1" + closing * depth
    if depth <= DEPTH_LIMIT:
        json(body)
    else:
        with pytest.raises(Malformed) as refusal:
            json(body)
        assert str(DEPTH_LIMIT) in refusal.value.detail


@given(st.lists(st.text(alphabet='[]{}"\\a', max_size=40), min_size=40, max_size=60))
def test_brackets_in_text(texts: list[str]) -> None:
    """Brackets within text do not nest, whatever is escaped there; wide is not deep."""
    assert json(orjson.dumps([[t] for t in texts])) == [[t] for t in texts]


def test_depth_in_linear_time() -> None:
    """A megabyte made to be slow is refused within a second."""
    worst = b"[" + b"[]," * 40 + b'"' + b'\\"' * 500_000
    started = time.process_time()
    for body in (worst, b'{"a":' * 200_000, b'["' * 500_000, b"[" * 1_000_000):
        with pytest.raises(Malformed):
            json(body)
    assert time.process_time() - started < 1


def test_media_types() -> None:
    """A route that takes several kinds reads each as what it is, and names them to who errs."""
    both = (*TAKES_JSON, FORM)
    assert read_body({"CONTENT_TYPE": "application/fhir+json"}, b"[1]", both) == [1]
    assert read_body({"CONTENT_TYPE": FORM}, b"a=1", both) == {"a": "1"}
    with pytest.raises(UnsupportedMediaType) as refusal:
        read_body({"CONTENT_TYPE": FORM}, b"a=1", TAKES_JSON)
    assert "application/fhir+json" in refusal.value.detail


names = st.text(st.characters(exclude_characters="[]", exclude_categories=["Cs"]), min_size=1)


@given(st.dictionaries(names, st.text(st.characters(exclude_categories=["Cs"])), max_size=9))
def test_form(values: dict[str, str]) -> None:
    """A form is the fields it says."""
    assert form(urlencode(values).encode(), ()) == values


def test_form_members() -> None:
    """Bracketed fields are members of an object, each with its values in order."""
    assert form(b"service_code=7&attribute[A]=1&attribute[B][]=x&attribute[B][]=y", ()) == {
        "service_code": "7",
        "attribute": {"A": ["1"], "B": ["x", "y"]},
    }


def test_bad_form() -> None:
    """A field given twice, bytes that are no text and floods of fields are refused."""
    with pytest.raises(Invalid):
        form(b"a=1&a=2", ())
    assert form(b"a=1&a=2", {"a"}) == {"a": ["1", "2"]}
    for body in (b"\xff=1", b"a=%ff", b"&".join(b"a%d=1" % n for n in range(51))):
        with pytest.raises(Malformed):
            form(body, ())
