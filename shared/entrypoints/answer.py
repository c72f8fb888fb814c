"""What an entrypoint answers, and how it goes onto the wire.

Guarantees: one way to write JSON, problems (RFC 9457), pages (RFC 8288 links) and validators.
Does not: decide what a caller may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson

from shared.errors import ServiceError, problem

JSON = "application/json"
PROBLEM = "application/problem+json"


@dataclass(slots=True)
class Reply:
    """An answer that says more than its body.

    version: becomes the ETag. location: of what was created. next_cursor: of the next page.
    media_type: of the body; bytes and str go as they are, anything else is written as JSON.
    stream: instead of a body, chunks of bytes while they come; it yields at least every second
    (b"" where there is nothing to say), and is closed when client or service leave.
    """

    body: Any = None
    status: int = 0
    version: int | None = None
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON
    next_cursor: str | None = None
    stream: Iterable[bytes] | None = None

    @classmethod
    def page(cls, items: Sequence[Any], next_cursor: str | None) -> Reply:
        """One page of a list."""
        return cls({"items": list(items)}, next_cursor=next_cursor)


class Answer(NamedTuple):
    """Status line, headers and body (or stream) as WSGI takes them."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    stream: Iterable[bytes] | None = None

    @property
    def line(self) -> str:
        return f"{self.status} {HTTPStatus(self.status).phrase}"


def answer(reply: Reply, status: int, url: str) -> Answer:
    """`reply` on the wire; `url` is the request's own path and query."""
    headers = [("Content-Type", _content_type(reply.media_type)), *reply.headers.items()]
    if reply.version is not None:
        headers.append(("ETag", f'"{reply.version}"'))
    if reply.location:
        headers.append(("Location", reply.location))
    if reply.next_cursor:
        headers.append(("Link", f'<{_with_cursor(url, reply.next_cursor)}>; rel="next"'))
    return Answer(reply.status or status, headers, _encoded(reply), reply.stream)


def refusal(error: ServiceError, language: str, path: str) -> Answer:
    """`error` as a problem document."""
    headers = [("Content-Type", PROBLEM), ("Content-Language", language), *_refusing(error)]
    return Answer(error.status, headers, orjson.dumps(problem(error, language, _quoted(path))))


def refused(error: ServiceError, reply: Reply) -> Answer:
    """`error` as a route tells it by `reply`."""
    found = answer(reply, error.status, "")
    found.headers.extend(_refusing(error))
    return found


def _refusing(error: ServiceError) -> list[tuple[str, str]]:
    headers = []
    if error.retry_after is not None:
        headers.append(("Retry-After", str(error.retry_after)))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers.append(("WWW-Authenticate", 'Bearer realm="platform"'))
    if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("Allow", ", ".join(error.extensions.get("allowed", ()))))
    return headers


def validated(given: Answer, if_none_match: str | None, max_age: int) -> Answer:
    """`given` as a public, cacheable answer: 304 where the caller has it (RFC 9110, 13.1.2)."""
    tag = f'"{blake2b(given.body, digest_size=12).hexdigest()}"'
    headers = [("ETag", tag), ("Cache-Control", f"public, max-age={max_age}")]
    if if_none_match and tag in if_none_match:
        return Answer(304, headers, b"")
    return Answer(given.status, [*given.headers, *headers], given.body)


def _encoded(reply: Reply) -> bytes:
    if reply.status == HTTPStatus.NO_CONTENT or reply.stream is not None:
        return b""
    if reply.media_type != JSON and isinstance(reply.body, (str, bytes)):
        return reply.body.encode() if isinstance(reply.body, str) else reply.body
    return orjson.dumps(reply.body, option=orjson.OPT_NAIVE_UTC)


def _content_type(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _with_cursor(url: str, cursor: str) -> str:
    path, _, query = url.partition("?")
    kept = [pair for pair in query.split("&") if pair and not pair.startswith("cursor=")]
    return f"{_quoted(path)}?{'&'.join([*kept, f'cursor={cursor}'])}"


def _quoted(path: str) -> str:
    """WSGI's PATH_INFO, bytes as Latin-1 (PEP 3333), as it stands in a URL."""
    return quote(path, encoding="latin-1")
