"""What feedback's own entrypoints read and answer (Open311 has `georeport_schemas`)."""

from __future__ import annotations

import re
from typing import Any

from services.feedback.domain.evaluation import LEVELS, SCORES, TEXT_LENGTH
from services.feedback.domain.rectification import STATES
from services.feedback.usecases.publishing import GROUPINGS
from shared.schema import (
    BilingualText,
    Day,
    DivisionCode,
    Integer,
    Paged,
    QueryInteger,
    Schema,
    SocialCreditCode,
    String,
    fields,
    validate,
)
from shared.text import Text

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,99}$(?!\n)", re.ASCII)
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])$(?!\n)", re.ASCII)


def like(pattern: re.Pattern[str], zh: str, en: str, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Regexp(pattern, error=Text(zh, en)), **kwargs)


def slug(**kwargs: Any) -> fields.String:
    return like(SLUG, "应为小写字母、数字与连字符", "Must be a code such as health", **kwargs)


def month(**kwargs: Any) -> fields.String:
    return like(MONTH, "应为年月 YYYY-MM", "Must be a month, YYYY-MM", **kwargs)


def at() -> fields.Field[Any]:
    return fields.Raw(metadata={"type": "string", "format": "date-time"})


class Scores(Schema):
    """Each from 1 to 5, each optional; none is ever filled in."""

    efficiency = Integer(minimum=1, maximum=5)
    accuracy = Integer(minimum=1, maximum=5)
    convenience = Integer(minimum=1, maximum=5)
    usability = Integer(minimum=1, maximum=5)


class EvaluationBody(Schema):
    """level: 5 very satisfied to 1 very dissatisfied. public: the text may be made public."""

    level = Integer(required=True, minimum=min(LEVELS), maximum=max(LEVELS))
    scores = fields.Nested(Scores)
    text = String(longest=TEXT_LENGTH)
    public = fields.Boolean(truthy={True}, falsy={False}, load_default=False)


class TextBody(Schema):
    text = String(required=True, longest=2000)


class NoteBody(Schema):
    note = String(required=True, longest=2000)


class ReasonBody(Schema):
    reason = String(required=True, longest=500)


class WaitingQuery(Paged):
    legal_person = SocialCreditCode()


class DeskQuery(Paged):
    division = DivisionCode()


class EvaluationsQuery(DeskQuery):
    month = month()
    level = QueryInteger(minimum=1, maximum=5)


class PublicQuery(Paged):
    department = slug(required=True)
    division = DivisionCode(load_default="430000")
    month = month()
    level = QueryInteger(minimum=1, maximum=5)


class FiguresQuery(Schema):
    """division: with all that lies in it."""

    by = fields.String(validate=validate.OneOf(sorted(GROUPINGS)), load_default="department")
    department = slug()
    division = DivisionCode()
    item = slug()


class Waiting(Schema):
    """A closed case that waits to be evaluated."""

    case = fields.String(required=True)
    number = fields.String(required=True)
    service = fields.String(required=True)
    department = fields.String(required=True)
    division = fields.String(required=True)
    item = fields.String(required=True)


class Reply(Schema):
    text = fields.String(required=True)
    at = at()


class Rectification(Waiting):
    """Days are working days' ends; lamps: {call_back, rectify}; late: the clocks that were."""

    id = fields.String(required=True)
    level = Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(sorted(STATES)))
    state_name = BilingualText(required=True)
    opened_on = Day(required=True)
    call_back_due = Day(required=True)
    rectify_due = Day(required=True)
    called_back_on = Day(required=True, allow_none=True)
    replied_on = Day(required=True, allow_none=True)
    closed_on = Day(required=True, allow_none=True)
    late = fields.List(fields.String(), required=True)
    lamps = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    reply = fields.Nested(Reply, required=True, allow_none=True)
    history = fields.List(fields.Dict(), required=True)
    version = Integer(required=True)


SCORED = fields.Dict(
    keys=fields.String(validate=validate.OneOf(sorted(SCORES))),
    values=Integer(allow_none=True),
    required=True,
)


class Evaluation(Waiting):
    level = Integer(required=True)
    level_name = BilingualText(required=True)
    scores = SCORED
    text = fields.String(required=True, allow_none=True)
    public = fields.Boolean(required=True)
    bad = fields.Boolean(required=True)
    on = Day(required=True)
    sequence = Integer(required=True)
    earlier = fields.List(fields.Dict(), required=True)
    reply = fields.Nested(Reply, required=True, allow_none=True)
    withheld = fields.String(required=True, allow_none=True)
    may_evaluate_again = fields.Boolean(required=True)
    rectification = fields.Nested(Rectification, required=True, allow_none=True)


class PublicEvaluation(Schema):
    """An evaluation whose author agreed to publish it; withheld: why its text is not shown."""

    department = fields.String(required=True)
    division = fields.String(required=True)
    item = fields.String(required=True)
    level = Integer(required=True)
    level_name = BilingualText(required=True)
    scores = SCORED
    text = fields.String(required=True, allow_none=True)
    withheld = fields.String(required=True, allow_none=True)
    on = Day(required=True)
    reply = fields.Nested(Reply, required=True, allow_none=True)


class Figure(Schema):
    """Figures of a department, division, item, or of all; percent and means of nothing are null."""

    department = fields.String()
    division = fields.String()
    item = fields.String()
    closed = Integer(required=True)
    evaluated = Integer(required=True)
    not_evaluated = Integer(required=True)
    levels = fields.Dict(keys=fields.String(), values=Integer(), required=True)
    satisfied = Integer(required=True)
    satisfaction_percent = fields.Float(required=True, allow_none=True)
    first_bad = Integer(required=True)
    evaluated_again = Integer(required=True)
    scores = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)


class Figures(Schema):
    definition = BilingualText(required=True)
    rows = fields.List(fields.Nested(Figure), required=True)
