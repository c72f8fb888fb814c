"""One use of a resource: what is asked, ordered, answered and recorded (pure).

    request  {id, attempt, at, kind, consumer, grant, purpose, case, item, resource, fields, salt,
              key | keys, claims}                as the consumer signed it
    order    {request, attempt, at, kind, resource, version, key | keys, fields, claims, salt}
    answer   {request, attempt, at, node, found, data, holds | rows, digest, subjects, signature}

Guarantees: a request is refused before anybody is asked where it is not of this time, was made
before, or says something else than the first under its id; an answer passes only where it is the
one that was ordered, tells no field that was not, and has the digest that it says.
Does not: verify signatures, read, write, or count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.exchange.domain.nodes import key_of
from services.exchange.domain.record import DONE, asked
from shared.errors import Conflict, Forbidden, IdempotencyMismatch, ServiceError
from shared.exchange.messages import content_of, digest, instant, signable_request
from shared.exchange.order import digest_of_rows
from shared.text import Text

Json = Mapping[str, Any]

SKEW = timedelta(seconds=60)
"""By how much a member's clock may differ from the exchange's."""


def skewed(at: datetime, now: datetime) -> bool:
    """Whether a message of the time `at` is not of this time."""
    return abs(now - at) > SKEW


def late(request: Json, now: datetime) -> ServiceError | None:
    """Why a request made at another time than `now` is refused."""
    if not skewed(datetime.fromisoformat(request["at"]), now):
        return None
    told = Text(
        f"请求时间与交换平台时钟相差超过 {SKEW.seconds} 秒",
        f"The request's time differs from the exchange's by more than {SKEW.seconds} s",
    )
    return Forbidden(told, type="clock-skew", now=instant(now))


def repeated(request: Json, known: Iterable[Json]) -> ServiceError | None:
    """Why a request is refused whose id has the records `known`: the attempt was made before, or
    another content has this id."""
    own = of_consumer(request, known)
    if any(not is_same(request, record) for record in own):
        told = Text("同一请求编号已用于其他内容", "This id was used for another request")
        return IdempotencyMismatch(told)
    if request["attempt"] in {record["attempt"] for record in own}:
        return replayed(max(record["attempt"] for record in own))
    return None


def replayed(attempt: int) -> Conflict:
    """An attempt that was made before; `attempt` is the last one that was."""
    told = Text("该请求已处理过，请以新的尝试序号重发", "This attempt was made already")
    return Conflict(told, type="replayed", attempt=attempt)


def of_consumer(request: Json, known: Iterable[Json]) -> list[Json]:
    """Those of `known` that are the consumer's own and used an attempt up."""
    return [
        record
        for record in known
        if record["consumer"] == request["consumer"] and not is_refusal(record)
    ]


def is_refusal(record: Json) -> bool:
    """Whether the use was refused, so that it had no effect."""
    return str(record["outcome"]).startswith("refused:")


def is_same(request: Json, record: Json) -> bool:
    """Whether `record` is of a former attempt at this very request."""
    former = {"attempt": record["attempt"], "at": record["at"], "salt": record["request_salt"]}
    return signable_request({**request, **former}) == asked(record)


def answers(request: Json, known: Iterable[Json]) -> list[Json]:
    """The records under which this request was answered, the oldest first."""
    return [record for record in of_consumer(request, known) if record["outcome"] in DONE]


def count(request: Json) -> int:
    """How many keys are asked for."""
    return len(request["keys"]) if request["keys"] is not None else 1


def good_keys(node: Json, subsystem: str, at: datetime) -> list[Json]:
    """The keys of `node` that sign for `subsystem` at that time."""
    own = [key for key in node["keys"] if key["subsystem"] == subsystem]
    return [key for key in own if key_of(node, key["kid"], at)]


def order(request: Json, version: int, salt: str, now: datetime) -> dict[str, Any]:
    """What the provider is asked; its fields are the request's, which the grant has been checked
    to cover."""
    same = ("attempt", "kind", "resource", "key", "keys", "fields", "claims")
    named = {name: request[name] for name in same}
    return {"request": request["id"], **named, "version": version, "at": instant(now), "salt": salt}


def fault(ordered: Json, node: str, answer: Json, now: datetime) -> str | None:
    """What is wrong with an answer to `ordered`; None: it is the one that was asked for."""
    try:
        return _head_fault(ordered, node, answer, now) or _content_fault(ordered, answer)
    except (KeyError, TypeError, ValueError, AttributeError):
        return "not an answer"


def _head_fault(ordered: Json, node: str, answer: Json, now: datetime) -> str | None:
    if any(answer[name] != ordered[name] for name in ("request", "attempt")):
        return "the answer to another order"
    if answer["node"] != node:
        return "the answer of another node"
    if skewed(datetime.fromisoformat(answer["at"]), now):
        return "not of this time"
    return None


def _content_fault(ordered: Json, answer: Json) -> str | None:
    if ordered["kind"] == "batch":
        return _rows_fault(ordered, answer)
    content = content_of_answer(answer)
    if type(content["found"]) is not bool:
        return "found is neither true nor false"
    if told := _told_fault(ordered, content):
        return told
    return None if digest(ordered["salt"], content) == answer["digest"] else "another digest"


def _told_fault(ordered: Json, content: Json) -> str | None:
    if ordered["kind"] == "verify":
        answered = content["data"] is None and type(content["holds"]) is bool
        return None if answered else "a verification is answered by yes or no"
    if content["holds"] is not None or (content["data"] is None) == content["found"]:
        return "a query is answered by data, or by none"
    return _row_fault(ordered, content["data"])


def _rows_fault(ordered: Json, answer: Json) -> str | None:
    rows = answer["rows"]
    if len(rows) != len(ordered["keys"]):
        return "more or fewer rows than keys"
    if told := next(filter(None, (_row_fault(ordered, row) for row in rows)), None):
        return told
    same = digest_of_rows(ordered["salt"], rows) == answer["digest"]
    return None if same else "another digest"


def _row_fault(ordered: Json, row: Json | None) -> str | None:
    beyond = row is not None and row.keys() - set(ordered["fields"])
    return "fields that were not ordered" if beyond else None


def content_of_answer(answer: Json) -> dict[str, Any]:
    """What of an answer to a query or verification is digested."""
    return {name: answer[name] for name in ("found", "data", "holds")}


def outcome(ordered: Json, answer: Json) -> str:
    """The record's word for an answer; a batch is answered, whatever was found."""
    return "answered" if ordered["kind"] == "batch" or answer["found"] else "not-found"


def begun(request: Json, salt: str, subjects: Sequence[str]) -> dict[str, Any]:
    """The entry of a use that has come to nothing yet. subjects: whom its key names."""
    same = ("id", "attempt", "kind", "at", "consumer", "resource", "grant", "purpose")
    return {
        **{name: request[name] for name in (*same, "item", "case")},
        "fields": list(request["fields"]),
        "subjects": list(subjects),
        "count": count(request),
        "salt": salt,
        "request": content_of(request),
        "request_salt": request["salt"],
    }
