"""Reading a request (WSGI, PEP 3333) into what a use case needs: a `Call`.

Guarantees: whatever arrives, the outcome is a `Call` or a `ServiceError` that names the field or
header; bodies, depth and queries are bounded before they are parsed.
Does not: authorise, or know routes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    UnsupportedMediaType,
)
from shared.schema import load
from shared.text import Text

DEPTH_LIMIT = 32
QUERY_FIELDS = 50
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
ENTITY_TAG = re.compile(r'"(\d{1,10})"', re.ASCII)

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
    (`moves=True`) is about. language: "zh" or "en".
    """

    now: datetime
    caller: Caller | None = None
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    digest: str = ""
    if_match: int = 0
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
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
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


def json_body(environ: Environ, data: bytes) -> Any:
    """The JSON value (RFC 8259) in `data`."""
    media_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType(
            Text("应为 application/json", "The body must be application/json")
        )
    if _depth(data) > DEPTH_LIMIT:
        raise Malformed(
            Text(f"JSON 嵌套不得超过 {DEPTH_LIMIT} 层", f"JSON may nest {DEPTH_LIMIT} deep at most")
        )
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Malformed(
            Text(
                f"不是有效的 JSON：第 {error.lineno} 行第 {error.colno} 列",
                f"Not valid JSON: {error}",
            )
        ) from None


# Possessive, and content with a string that never ends, so that its time is linear in the body.
BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"?|([\[{])|([\]}])', re.DOTALL)


def _depth(data: bytes) -> int:
    """More than `DEPTH_LIMIT` where `data` nests deeper; read no further than that."""
    if data.count(b"[") + data.count(b"{") <= DEPTH_LIMIT:
        return 0
    depth = 0
    for token in BRACKET.finditer(data):
        depth += 1 if token[1] else -1 if token[2] else 0
        if depth > DEPTH_LIMIT:
            break
    return depth


def query(environ: Environ, schema: marshmallow.Schema | None) -> dict[str, Any]:
    """The query string as `schema` loads it; without a schema there may be none."""
    text = environ.get("QUERY_STRING", "")
    if not text and schema is None:
        return {}
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=QUERY_FIELDS
        )
    except ValueError:
        raise Malformed(Text("查询字符串无法解析", "The query cannot be read")) from None
    values = dict(pairs)
    if len(values) < len(pairs):
        repeated = next(k for k, _ in pairs if sum(k == other for other, _ in pairs) > 1)
        detail = Text("参数重复", "Given more than once")
        raise Invalid(errors=[FieldError(f"/{repeated}", detail, "repeated")])
    loaded: dict[str, Any] = load(schema or marshmallow.Schema(), values)
    return loaded


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
    """The version in the If-Match header (RFC 9110, 13.1.1), which every move must carry."""
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
