"""Reading a request (WSGI, PEP 3333) into what a use case needs: a `Call`.

Guarantees: whatever arrives, the outcome is a `Call` or a `ServiceError` that names the field or
header; bodies and queries are bounded before they are parsed (`shared.entrypoints.bodies`).
Does not: authorise, or know routes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import parse_qsl

import marshmallow
import orjson

from shared.access import Caller
from shared.errors import (
    FieldError,
    Invalid,
    Malformed,
    PreconditionRequired,
    TooLarge,
)
from shared.schema import load
from shared.text import Text

QUERY_FIELDS = 50
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
ENTITY_TAG = re.compile(r'(?:W/)?"(\d{1,10})"', re.ASCII)

Environ = Mapping[str, Any]


class Headers(Protocol):
    """Request headers by name; the entrypoint's own take any case."""

    def get(self, name: str, default: str = "", /) -> str: ...


@dataclass(slots=True)
class Call:
    """One request as a use case sees it.

    caller: None where the entrypoint is public and nobody is signed in.
    body, query: as their schemas loaded them. id, digest: of a creating request (`creates=True`):
    the id of what it creates, and the digest of what it asks. if_match: the version that a move
    (`moves=True`) is about. stated: headers that a schema declares, as it loaded them.
    language: "zh" or "en".
    """

    now: datetime
    caller: Caller | None = None
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    digest: str = ""
    if_match: int = 0
    stated: dict[str, Any] = field(default_factory=dict)
    language: str = "zh"
    headers: Headers | Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    base_url: str = ""

    @property
    def signed_in(self) -> Caller:
        """The caller of an entrypoint that is not public."""
        if self.caller is None:
            raise LookupError("a public entrypoint has no caller to rely on")
        return self.caller

    @property
    def token(self) -> str:
        """The caller's access token; empty where nobody is signed in."""
        return _bearer(self.headers.get("Authorization", "")) or ""


def language(environ: Environ) -> str:
    """ "en" where English is asked for before Chinese, else "zh" (RFC 9110, 12.5.4, simplified)."""
    for tag_given in environ.get("HTTP_ACCEPT_LANGUAGE", "")[:200].lower().split(","):
        tag = tag_given.strip()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"


def bearer(environ: Environ) -> str | None:
    """The bearer token (RFC 6750), or None."""
    return _bearer(environ.get("HTTP_AUTHORIZATION", ""))


def _bearer(header: str) -> str | None:
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


def content(environ: Environ, limit: int) -> bytes:
    """The body, at most `limit` bytes, else `TooLarge`."""
    announced = environ.get("CONTENT_LENGTH") or ""
    if announced and not announced.isdecimal():
        raise Malformed(Text("Content-Length 无效", "Content-Length is not a number"))
    if announced and int(announced) > limit:
        raise _too_large(limit)
    if not announced and "HTTP_TRANSFER_ENCODING" not in environ:
        return b""
    try:
        data: bytes = environ["wsgi.input"].read(int(announced) if announced else limit + 1)
    except (OSError, ValueError):
        raise _cut_off() from None
    if len(data) > limit:
        raise _too_large(limit)
    if announced and len(data) < int(announced):
        raise _cut_off()
    return data


def _cut_off() -> Malformed:
    return Malformed(Text("请求体不完整", "The body ends too early"))


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        Text(f"请求体不得超过 {limit} 字节", f"The body may have at most {limit} bytes")
    )


def query(environ: Environ, schema: marshmallow.Schema | None) -> dict[str, Any]:
    """The query string as `schema` loads it; without a schema there may be none."""
    text = environ.get("QUERY_STRING", "")
    if not text and schema is None:
        return {}
    values = by_name(pairs(text), getattr(schema, "repeats", frozenset()))
    loaded: dict[str, Any] = load(schema or marshmallow.Schema(), values)
    return loaded


def stated(headers: Headers | Mapping[str, str], schema: marshmallow.Schema) -> dict[str, Any]:
    """The headers that `schema` declares by `data_key`; one that is empty is as good as none."""
    names = (str(one.data_key) for one in schema.fields.values())
    given = {name: value for name in names if (value := headers.get(name, ""))}
    loaded: dict[str, Any] = load(schema, given)
    return loaded


def pairs(text: str) -> list[tuple[str, str]]:
    """The names and values in a query string or a form (WHATWG URL, 5)."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=QUERY_FIELDS)
    except ValueError:
        raise Malformed(Text("查询字符串无法解析", "The query cannot be read")) from None


def by_name(given: Iterable[tuple[str, str]], repeats: Collection[str]) -> dict[str, Any]:
    """One value a name; a list of values for the names in `repeats`; else twice is `Invalid`."""
    found: dict[str, Any] = {}
    for name, value in given:
        if name in repeats:
            found.setdefault(name, []).append(value)
        elif name in found:
            detail = Text("参数重复", "Given more than once")
            raise Invalid(errors=[FieldError(f"/{name}", detail, "repeated")])
        else:
            found[name] = value
    return found


def idempotency_key(environ: Environ) -> str:
    """The Idempotency-Key header, which every creating request must carry."""
    key: str = environ.get("HTTP_IDEMPOTENCY_KEY", "")
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise Malformed(
            Text(
                "缺少有效的 Idempotency-Key 请求头（1 至 255 个可见 ASCII 字符）",
                "An Idempotency-Key header of 1 to 255 visible ASCII characters is required",
            ),
            type="idempotency-key-required",
        )
    return key


def if_match(environ: Environ) -> int:
    """The version in the If-Match header (RFC 9110, 13.1.1), which every move must carry.

    Weak tags count as well: versions are whole documents here, and FHIR writes them so.
    """
    given = environ.get("HTTP_IF_MATCH")
    if given is None:
        raise PreconditionRequired()
    found = ENTITY_TAG.fullmatch(given.strip())
    if not found:
        raise Malformed(
            Text(
                'If-Match 应为读取时得到的 ETag，如 "3"',
                'If-Match must be the ETag that was read, such as "3"',
            )
        )
    return int(found[1])


def digest(body: Any, data: bytes) -> str:
    """What makes two requests the same request: SHA-256 of the canonical JSON, or of the bytes."""
    canonical = data if body is None else orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    return sha256(canonical).hexdigest()
