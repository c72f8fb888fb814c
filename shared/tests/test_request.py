"""Whatever arrives becomes a call, or a problem that names what is wrong."""

import io
import time
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.entrypoints.request import (
    DEPTH_LIMIT,
    Call,
    bearer,
    content,
    digest,
    idempotency_key,
    if_match,
    json_body,
    language,
    query,
)
from shared.errors import (
    Invalid,
    Malformed,
    PreconditionRequired,
    ServiceError,
    TooLarge,
    UnsupportedMediaType,
)
from shared.schema import Paged
from shared.testing import NOON, person

JSON = {"CONTENT_TYPE": "application/json"}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=20,
)


def environ(body: bytes = b"", **given_: str) -> dict[str, Any]:
    return {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), **given_}


@given(st.binary(max_size=60), st.integers(0, 60))
def test_content(body: bytes, limit: int) -> None:
    """A body is read whole up to the limit, and refused beyond it."""
    if len(body) <= limit:
        assert content(environ(body), limit) == body
    else:
        with pytest.raises(TooLarge):
            content(environ(body), limit)


def test_content_announced() -> None:
    """A body that announces too much is refused unread; one that ends early is no body."""
    unread = environ(b"x", CONTENT_LENGTH="10000000")
    with pytest.raises(TooLarge):
        content(unread, 1000)
    assert unread["wsgi.input"].tell() == 0
    for length in ("5", "-1", "1.0", "x"):
        with pytest.raises(Malformed):
            content(environ(b"abc", CONTENT_LENGTH=length), 1000)


def test_content_in_chunks() -> None:
    """A chunked body is bounded, too; without any there is none."""
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    assert content(environ(b"abc") | chunked, 3) == b"abc"
    with pytest.raises(TooLarge):
        content(environ(b"abcd") | chunked, 3)
    assert content({"wsgi.input": io.BytesIO(b"abc")}, 3) == b""


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/jsonx", "application/xml"])
def test_media_type(media_type: str) -> None:
    """A body that does not say it is JSON is not read as JSON."""
    with pytest.raises(UnsupportedMediaType):
        json_body({"CONTENT_TYPE": media_type}, b"{}")


@given(json_values, st.sampled_from(["application/json", "Application/JSON; charset=utf-8"]))
def test_json(value: Any, media_type: str) -> None:
    """A JSON body is the value it says."""
    assert json_body({"CONTENT_TYPE": media_type}, orjson.dumps(value)) == value


@given(st.binary(max_size=80))
def test_not_json(body: bytes) -> None:
    """Any bytes are JSON or refused, with the place where it breaks."""
    try:
        json_body(JSON, body)
    except Malformed as error:
        assert "Not valid JSON" in error.detail


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"a":1}x', b'"\xff"', b"\xef\xbb\xbf{}", b"NaN", b'"\\ud800"', b"{'a':1}"]
)
def test_broken_json(body: bytes) -> None:
    """What is not JSON in UTF-8 is refused."""
    with pytest.raises(Malformed):
        json_body(JSON, body)


@given(st.integers(1, 80), st.booleans())
def test_depth(depth: int, objects: bool) -> None:
    """JSON nests as deep as the limit and no deeper."""
    opening, closing = (b'{"a":', b"}") if objects else (b"[", b"]")
    body = opening * depth + b"1" + closing * depth
    if depth <= DEPTH_LIMIT:
        json_body(JSON, body)
    else:
        with pytest.raises(Malformed) as refusal:
            json_body(JSON, body)
        assert str(DEPTH_LIMIT) in refusal.value.detail


@given(st.lists(st.text(alphabet='[]{}"\\a', max_size=40), min_size=40, max_size=60))
def test_brackets_in_text(texts: list[str]) -> None:
    """Brackets within text do not nest, whatever is escaped there; wide is not deep."""
    assert json_body(JSON, orjson.dumps([[t] for t in texts])) == [[t] for t in texts]


def test_depth_in_linear_time() -> None:
    """A megabyte made to be slow is refused within a second."""
    worst = b"[" + b"[]," * 40 + b'"' + b'\\"' * 500_000
    started = time.process_time()
    for body in (worst, b'{"a":' * 200_000, b'["' * 500_000, b"[" * 1_000_000):
        with pytest.raises(Malformed):
            json_body(JSON, body)
    assert time.process_time() - started < 1


def test_query() -> None:
    """A query is loaded by its schema; where there is none, any parameter is unknown."""
    assert query({"QUERY_STRING": "limit=7&cursor=a%2Db"}, Paged()) == {
        "limit": 7,
        "cursor": "a-b",
    }
    assert query({}, None) == {}
    with pytest.raises(Invalid) as refusal:
        query({"QUERY_STRING": "x=1"}, None)
    assert [e.pointer for e in refusal.value.errors] == ["/x"]


@pytest.mark.parametrize("text", ["limit=1&limit=2", "limit=", "limit=1&LIMIT=2"])
def test_bad_query(text: str) -> None:
    """What is repeated, empty or unknown is named."""
    with pytest.raises(Invalid) as refusal:
        query({"QUERY_STRING": text}, Paged())
    assert refusal.value.errors[0].pointer.casefold() == "/limit"


@pytest.mark.parametrize("text", ["cursor=%ff", "&".join(f"a{n}=1" for n in range(51))])
def test_unreadable_query(text: str) -> None:
    """Bad UTF-8 and floods of parameters are refused before they are looked at."""
    with pytest.raises(Malformed):
        query({"QUERY_STRING": text}, Paged())


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=60))
def test_any_query(text: str) -> None:
    """No query string breaks the reader."""
    try:
        query({"QUERY_STRING": text}, Paged())
    except ServiceError as error:
        assert error.status in (400, 422)


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=5))
def test_encoded_query(values: dict[str, str]) -> None:
    """Each unknown parameter is named by a pointer of its own."""
    try:
        query({"QUERY_STRING": urlencode(values)}, Paged())
    except Invalid as error:
        assert len({e.pointer for e in error.errors}) == len(error.errors)


@pytest.mark.parametrize(
    ("given_", "expected"), [('"3"', 3), (' "0" ', 0), ('"9999999999"', 9999999999)]
)
def test_if_match(given_: str, expected: int) -> None:
    """If-Match carries the version that was read."""
    assert if_match({"HTTP_IF_MATCH": given_}) == expected


@pytest.mark.parametrize("given_", ["3", "*", 'W/"3"', '"x"', '"3", "4"', '"-1"', '""', '"٣"', ""])
def test_bad_if_match(given_: str) -> None:
    """Anything but one strong tag of ours is refused."""
    with pytest.raises(Malformed):
        if_match({"HTTP_IF_MATCH": given_})


def test_no_if_match() -> None:
    """A move without If-Match is asked for it (RFC 6585, section 3)."""
    with pytest.raises(PreconditionRequired):
        if_match({})


@pytest.mark.parametrize("key", ["a", "!~", "9f0c7d6e-0000-4000-8000-000000000001", "k" * 255])
def test_idempotency_key(key: str) -> None:
    """Visible ASCII makes a key."""
    assert idempotency_key({"HTTP_IDEMPOTENCY_KEY": key}) == key


@pytest.mark.parametrize("key", ["", "a b", "k" * 256, "é", "a\n", "\x1f"])
def test_bad_idempotency_key(key: str) -> None:
    """A creating request without a proper key is refused, and told so by type."""
    with pytest.raises(Malformed) as refusal:
        idempotency_key({"HTTP_IDEMPOTENCY_KEY": key})
    assert refusal.value.type == "idempotency-key-required"


@given(st.dictionaries(st.text(max_size=4), st.integers(0, 9), min_size=2))
def test_digest(body: dict[str, int]) -> None:
    """The order of members does not make another request; any other value does."""
    shuffled = dict(reversed(body.items()))
    assert digest(body, b"") == digest(shuffled, b"other bytes")
    first = next(iter(body))
    assert digest(body, b"") != digest({**body, first: 10}, b"")


def test_digest_of_bytes() -> None:
    """Where there is no JSON, the bytes count."""
    assert digest(None, b"a") == digest(None, b"a") != digest(None, b"b")


@pytest.mark.parametrize(
    ("given_", "expected"),
    [("", "zh"), ("en", "en"), ("en-GB, zh;q=0.5", "en"), ("zh-CN,en", "zh"), ("fr, en", "en"),
     ("fr", "zh"), ("*", "zh"), (" EN", "en"), ("x" * 5000, "zh")],
)  # fmt: skip
def test_language(given_: str, expected: str) -> None:
    """The first of our languages that is asked for, else Chinese."""
    assert language({"HTTP_ACCEPT_LANGUAGE": given_}) == expected


@pytest.mark.parametrize(
    ("given_", "expected"),
    [("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", None), ("Bearer", None),
     ("Bearer ", None), ("", None), ("abc", None)],
)  # fmt: skip
def test_bearer(given_: str, expected: str | None) -> None:
    """Only a bearer token is a token (RFC 6750, 2.1)."""
    assert bearer({"HTTP_AUTHORIZATION": given_}) == expected


def test_signed_in() -> None:
    """A use case that relies on a caller where there is none fails loudly."""
    assert Call(NOON, person("zhang")).signed_in.subject == "zhang"
    with pytest.raises(LookupError):
        _ = Call(NOON).signed_in
