"""How answers go onto the wire."""

import orjson
import pytest

from shared.entrypoints.answer import Answer, Reply, answer, refusal, validated
from shared.errors import FieldError, Invalid, NotFound, Unauthenticated, Unavailable
from shared.text import Text


def headers(found: Answer) -> dict[str, str]:
    assert len(dict(found.headers)) == len(found.headers)
    return dict(found.headers)


def test_json() -> None:
    """A body is JSON in UTF-8 with its status."""
    found = answer(Reply({"name": "张"}), 201, "/a")
    assert (found.line, found.body) == ("201 Created", '{"name":"张"}'.encode())
    assert headers(found) == {"Content-Type": "application/json"}


def test_everything() -> None:
    """The version is the ETag; own status, location and headers go along."""
    reply = Reply({}, status=202, version=7, location="/b", headers={"X-A": "1"})
    found = answer(reply, 200, "/a")
    assert found.status == 202
    assert headers(found) == {
        "Content-Type": "application/json",
        "X-A": "1",
        "ETag": '"7"',
        "Location": "/b",
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/a/cases", "/a/cases?cursor=c2"),
        ("/a/cases?limit=2", "/a/cases?limit=2&cursor=c2"),
        ("/a/cases?cursor=c1&limit=2", "/a/cases?limit=2&cursor=c2"),
        ("/a/\xe4\xb8\xad?q=%E4%B8%AD", "/a/%E4%B8%AD?q=%E4%B8%AD&cursor=c2"),
        ('/a/x\r\nA: b>; rel="x', "/a/x%0D%0AA%3A%20b%3E%3B%20rel%3D%22x?cursor=c2"),
    ],
)  # fmt: skip
def test_next_page(url: str, expected: str) -> None:
    """The link to the next page keeps the query and replaces the cursor (RFC 8288)."""
    found = answer(Reply.page([1, 2], "c2"), 200, url)
    assert headers(found)["Link"] == f'<{expected}>; rel="next"'
    assert orjson.loads(found.body) == {"items": [1, 2]}


def test_last_page() -> None:
    """The last page links nowhere."""
    assert "Link" not in headers(answer(Reply.page([], None), 200, "/a"))


@pytest.mark.parametrize(
    ("body", "media_type", "expected"),
    [
        (b"%PDF", "application/pdf", "application/pdf"),
        ("好", "text/html", "text/html; charset=utf-8"),
    ],
)  # fmt: skip
def test_other_media(body: bytes | str, media_type: str, expected: str) -> None:
    """What is not JSON goes as it is, with its own type."""
    found = answer(Reply(body, media_type=media_type), 200, "/a")
    assert found.body == (body.encode() if isinstance(body, str) else body)
    assert headers(found)["Content-Type"] == expected


def test_refusal() -> None:
    """An error is a problem document in the caller's language, about the path it was asked at."""
    fault = FieldError("/name", Text("必填", "Required"), "required")
    found = refusal(Invalid(errors=[fault]), "zh", "/a/\xe4\xb8\xad")
    assert headers(found) == {
        "Content-Type": "application/problem+json",
        "Content-Language": "zh",
    }
    document = orjson.loads(found.body)
    assert (found.status, document["status"], document["instance"]) == (422, 422, "/a/%E4%B8%AD")
    assert document["errors"] == [{"pointer": "/name", "rule": "required", "detail": "必填"}]


def test_refusal_headers() -> None:
    """Who is unavailable says when to come back; who asks for sign-in says how."""
    assert headers(refusal(Unavailable(retry_after=3), "en", "/"))["Retry-After"] == "3"
    assert headers(refusal(Unauthenticated(), "en", "/"))["WWW-Authenticate"].startswith("Bearer")
    assert "Retry-After" not in headers(refusal(NotFound(), "en", "/"))


def test_validated() -> None:
    """A public answer has a tag of its content; who has it gets 304 and no body."""
    plain = answer(Reply({"a": 1}), 200, "/a")
    found = validated(plain, None, 60)
    tag = headers(found)["ETag"]
    assert headers(found)["Cache-Control"] == "public, max-age=60"
    assert found.body == plain.body
    for sent in (tag, f'"x", {tag}', f"W/{tag}"):
        again = validated(plain, sent, 60)
        assert (again.status, again.body) == (304, b"")
        assert headers(again)["ETag"] == tag
    assert validated(plain, '"x"', 60).status == 200
    assert headers(validated(answer(Reply({"a": 2}), 200, "/a"), None, 60))["ETag"] != tag
