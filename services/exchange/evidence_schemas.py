"""What is asked of the log over HTTP, what it answers, and what it publishes."""

from __future__ import annotations

import re
from typing import Any

from services.exchange.directory_schemas import Jwk
from shared.schema import (
    SAFE_INTEGER,
    Day,
    Integer,
    Paged,
    QueryInteger,
    Schema,
    String,
    fields,
    validate,
)

HASH = validate.Regexp(re.compile(r"[0-9a-f]{64}$(?!\n)", re.ASCII))


def _place(**given: Any) -> QueryInteger:
    return QueryInteger(minimum=0, maximum=SAFE_INTEGER, **given)


def _hash() -> fields.String:
    return fields.String(required=True, validate=HASH)


def _hashes() -> fields.List:
    return fields.List(fields.String(validate=HASH), required=True)


class ConsistencyQuery(Schema):
    """Sizes of the log; `to`: without it, as it is now."""

    from_ = _place(required=True, data_key="from")
    to = _place()


class InclusionQuery(Schema):
    """A record by its place; `size`: of the log, without it as it is now."""

    index = _place(required=True)
    size = _place()


class RecordsQuery(Schema):
    """from: the first place. node: where the caller may read several."""

    from_ = _place(data_key="from", load_default=0)
    node = String(longest=40)


class PagesQuery(Schema):
    """from: the number of the first page."""

    from_ = _place(data_key="from", load_default=0)


class HeadsQuery(Paged):
    """The newest first."""


class Consistency(Schema):
    """RFC 9162, 2.1.4; hashes in hexadecimal."""

    from_ = Integer(required=True, data_key="from")
    to = Integer(required=True)
    from_root = _hash()
    to_root = _hash()
    proof = _hashes()


class Inclusion(Schema):
    """RFC 9162, 2.1.3; hashes in hexadecimal."""

    index = Integer(required=True)
    size = Integer(required=True)
    leaf = _hash()
    root = _hash()
    proof = _hashes()


class Head(Schema):
    """The tree head of a day; note: C2SP tlog-checkpoint."""

    day = Day(required=True)
    at = fields.AwareDateTime(required=True, format="iso")
    size = Integer(required=True)
    root = _hash()
    note = fields.String(required=True)


class HeadPublished(Schema):
    """The data of the event."""

    day = Day(required=True)
    size = Integer(required=True)
    root = fields.String(required=True)
    note = fields.String(required=True)


class LogKeys(Schema):
    """The newest first; verifier: the newest as tools for signed notes take it."""

    origin = fields.String(required=True)
    verifier = fields.String(required=True)
    keys = fields.List(fields.Nested(Jwk), required=True)


class InPage(Schema):
    """page: its signed head; path: the proof in its tree."""

    page = fields.Dict(keys=fields.String(), required=True)
    path = _hashes()


class Proven(Schema):
    """A record, with its proof in the checkpoint's tree."""

    index = Integer(required=True)
    leaf = _hash()
    record = fields.Dict(keys=fields.String(), required=True)
    proof = _hashes()
    receipt = fields.Nested(InPage, required=True)


class Found(Schema):
    """The records of one request."""

    checkpoint = fields.String(required=True)
    items = fields.List(fields.Nested(Proven), required=True)
