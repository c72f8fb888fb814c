"""What the entrypoints of requests of the public, and of API keys, read and answer."""

from __future__ import annotations

from services.feedback.schemas import DeskQuery, NoteBody, at, month, slug
from shared.schema import (
    Day,
    DivisionCode,
    Integer,
    Schema,
    String,
    fields,
    validate,
)

KINDS = ("complaint", "consultation", "report", "suggestion")


class ReasonsBody(Schema):
    reasons = fields.List(
        String(longest=500), required=True, validate=validate.Length(min=1, max=20)
    )


class TransferBody(NoteBody):
    department = slug(required=True)
    division = DivisionCode(required=True)


class RequestsQuery(DeskQuery):
    """month: all of that month, else what is open."""

    month = month()
    kind = fields.String(validate=validate.OneOf(KINDS))


class Request(Schema):
    """A request of the public, in a list or after a move."""

    id = fields.String(required=True)
    service_code = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    department = fields.String(required=True)
    division = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("open", "closed")))
    outcome = fields.String(required=True, allow_none=True)
    due = Day(required=True)
    late = fields.Boolean(required=True)
    lamp = fields.String(required=True)
    case = fields.String(required=True, allow_none=True)
    agreed = fields.Boolean(required=True)
    requested_at = at()
    updated_at = at()
    status_notes = fields.String(required=True, allow_none=True)
    legal_moves = fields.List(fields.String(), required=True)
    version = Integer(required=True)


class WholeRequest(Request):
    """With what was written; contact: that there is one, masked."""

    description = fields.String(required=True, allow_none=True)
    media_url = fields.String(required=True, allow_none=True)
    attachment = fields.String(required=True, allow_none=True)
    answers = fields.Dict(required=True)
    place = fields.Dict(required=True)
    contact = fields.Dict(required=True)
    history = fields.List(fields.Dict(), required=True)


class Attachment(Schema):
    id = fields.String(required=True)
    media_type = fields.String(required=True)
    size = Integer(required=True)
    media_url = fields.String(required=True)


class KeyBody(Schema):
    """Whose key it is: the client's name, and whom to ask about it."""

    name = String(required=True, longest=100)
    contact = String(required=True, longest=200)


class Key(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    contact = fields.String(required=True)
    issued_at = at()
    revoked = fields.Boolean(required=True)


class IssuedKey(Key):
    """`api_key` is told once here; what is kept is its digest."""

    api_key = fields.String(required=True)
