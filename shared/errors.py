"""The tree of errors, mapped once to HTTP problems (RFC 9457) and to RPC errors.

    ServiceError                     status  type
    ├── Malformed                    400     malformed
    ├── Unauthenticated              401     unauthenticated
    ├── Forbidden                    403     forbidden
    ├── NotFound                     404     not-found
    ├── MethodNotAllowed             405     method-not-allowed
    ├── Conflict                     409     conflict
    │   ├── Duplicate                409     duplicate
    │   └── IllegalMove              409     illegal-move         + legal: [actions]
    ├── Gone                         410     gone
    ├── Stale                        412     stale
    ├── TooLarge                     413     too-large
    ├── UnsupportedMediaType         415     unsupported-media-type
    ├── Invalid                      422     invalid              + errors
    │   └── IdempotencyMismatch      422     idempotency-key-reused
    ├── PreconditionRequired         428     precondition-required
    ├── TooManyRequests              429     too-many-requests    + Retry-After
    ├── Unexpected                   500     unexpected
    └── Unavailable                  503     unavailable          + Retry-After

Guarantees: `to_wire()` and `from_wire()` are inverse, so an error keeps its meaning across RPC.
Does not: know HTTP libraries, log, or retry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from shared.text import Text, say


class FieldError(NamedTuple):
    """One faulty value: where (JSON pointer, RFC 6901), what is wrong, and the rule's slug."""

    pointer: str
    detail: str
    rule: str = "invalid"


class ServiceError(Exception):
    """An error a caller can act on.

    detail: what is wrong with this request, in both languages.
    type: stable slug where it is more exact than the class's own.
    errors: the faulty fields. retry_after: whole seconds. extensions: further members, JSON values.
    """

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "unexpected"
    title: ClassVar[Text] = Text("服务器内部错误", "Unexpected error")

    def __init__(
        self,
        detail: str | None = None,
        *,
        type: str | None = None,
        errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(str(detail or self.title))
        self.detail: str = detail or self.title
        self.type = type or self.slug
        self.errors = tuple(errors)
        self.retry_after = retry_after
        self.extensions = extensions


class Malformed(ServiceError):
    status, slug = 400, "malformed"
    title = Text("请求无法解析", "The request cannot be read")


class Unauthenticated(ServiceError):
    status, slug = 401, "unauthenticated"
    title = Text("请先登录", "Sign in first")


class Forbidden(ServiceError):
    status, slug = 403, "forbidden"
    title = Text("无权办理", "Not allowed")


class NotFound(ServiceError):
    status, slug = 404, "not-found"
    title = Text("未找到", "Not found")


class MethodNotAllowed(ServiceError):
    """`allowed` names the methods that the address takes."""

    status, slug = 405, "method-not-allowed"
    title = Text("不支持该方法", "Method not allowed")


class Conflict(ServiceError):
    status, slug = 409, "conflict"
    title = Text("与现有数据冲突", "Conflicts with what exists")


class Duplicate(Conflict):
    """A unique key is taken."""

    slug = "duplicate"
    title = Text("已存在", "Exists already")


class IllegalMove(Conflict):
    """`legal` names the actions that the present state allows."""

    slug = "illegal-move"
    title = Text("当前状态不允许该操作", "The present state does not allow this action")


class Gone(ServiceError):
    """It was there, and is kept no longer."""

    status, slug = 410, "gone"
    title = Text("已不再保存", "Kept no longer")


class Stale(ServiceError):
    """The document is no longer in the version that was read."""

    status, slug = 412, "stale"
    title = Text("数据已被他人更新，请刷新后重试", "Somebody changed it meanwhile; read it again")


class TooLarge(ServiceError):
    status, slug = 413, "too-large"
    title = Text("请求体过大", "The request body is too large")


class UnsupportedMediaType(ServiceError):
    status, slug = 415, "unsupported-media-type"
    title = Text("不支持该媒体类型", "Unsupported media type")


class Invalid(ServiceError):
    status, slug = 422, "invalid"
    title = Text("填报内容有误", "Some values are not acceptable")


class IdempotencyMismatch(Invalid):
    slug = "idempotency-key-reused"
    title = Text("幂等键已用于不同的请求", "This Idempotency-Key was used for another request")


class PreconditionRequired(ServiceError):
    status, slug = 428, "precondition-required"
    title = Text("缺少 If-Match 请求头", "An If-Match header is required")


class TooManyRequests(ServiceError):
    status, slug = 429, "too-many-requests"
    title = Text("请求过于频繁，请稍后再试", "Too many requests; try again later")


class Unexpected(ServiceError):
    """Something that is ours to mend; the detail never carries the cause."""


class Unavailable(ServiceError):
    """Something that is needed is away or too busy; retry_after: seconds (RFC 9110, 10.2.3)."""

    status, slug = 503, "unavailable"
    title = Text("服务暂不可用，请稍后再试", "Unavailable for the moment; try again")

    def __init__(self, detail: str | None = None, *, retry_after: int = 2, **kwargs: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **kwargs)


def _tree(root: type[ServiceError]) -> Iterable[type[ServiceError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


def problem(error: ServiceError, language: str, instance: str = "") -> dict[str, Any]:
    """The RFC 9457 problem document of `error`; `type` is a stable relative reference."""
    document: dict[str, Any] = {
        "type": f"/problems/{error.type}",
        "title": error.title.say(language),
        "status": error.status,
        "detail": say(error.detail, language),
        **error.extensions,
    }
    if instance:
        document["instance"] = instance
    if error.errors:
        document["errors"] = [
            {"pointer": e.pointer, "rule": e.rule, "detail": say(e.detail, language)}
            for e in error.errors
        ]
    return document


def _both(message: str) -> dict[str, str]:
    return message.both() if isinstance(message, Text) else {"zh": message, "en": message}


def to_wire(error: ServiceError) -> dict[str, Any]:
    """`error` as JSON for an RPC answer, in both languages."""
    return {
        "class": type(error).__name__,
        "type": error.type,
        "detail": _both(error.detail),
        "errors": [[e.pointer, _both(e.detail), e.rule] for e in error.errors],
        "retry_after": error.retry_after,
        "extensions": error.extensions,
    }


def from_wire(wire: Mapping[str, Any]) -> ServiceError:
    """The error that `to_wire` wrote; `Unexpected` where its class is not known here."""
    classes = {cls.__name__: cls for cls in _tree(ServiceError)}
    cls = classes.get(wire["class"], Unexpected)
    error = cls(
        Text(**wire["detail"]),
        type=wire["type"],
        errors=[FieldError(p, Text(**d), r) for p, d, r in wire["errors"]],
        **wire["extensions"],
    )
    error.retry_after = wire["retry_after"]
    return error
