"""Whatever arrives becomes a call, or a problem that names what is wrong."""

import io
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.entrypoints.request import (
    Call,
    bearer,
    content,
    digest,
    idempotency_key,
    if_match,
    language,
    query,
)
from shared.errors import (
    Invalid,
    Malformed,
    PreconditionRequired,
    ServiceError,
    TooLarge,
)
from shared.schema import Foreign, Paged, fields
from shared.testing import NOON, person


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


def test_repeats() -> None:
    """What may be given several times is a list, also where it is given once."""

    class Search(Foreign):
        repeats = frozenset({"date"})
        date = fields.List(fields.String())
        status = fields.String()

    text = "date=ge2026-11-23&date=le2026-11-30&status=free&unknown=1"
    assert query({"QUERY_STRING": text}, Search()) == {
        "date": ["ge2026-11-23", "le2026-11-30"],
        "status": "free",
    }
    assert query({"QUERY_STRING": "date=2026"}, Search()) == {"date": ["2026"]}


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
    ("given_", "expected"), [('"3"', 3), ('W/"3"', 3), (' "0" ', 0), ('"9999999999"', 9999999999)]
)
def test_if_match(given_: str, expected: int) -> None:
    """If-Match carries the version that was read."""
    assert if_match({"HTTP_IF_MATCH": given_}) == expected


@pytest.mark.parametrize("given_", ["3", "*", "W/3", '"x"', '"3", "4"', '"-1"', '""', '"٣"', ""])
def test_bad_if_match(given_: str) -> None:
    """Anything but one tag of ours is refused."""
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
