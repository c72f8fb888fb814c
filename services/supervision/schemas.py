"""What supervision reads of events, and what its officials send and get."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from services.supervision.domain.alerts import ALL_KINDS, LISTED
from services.supervision.domain.alerts import STATES as ALERT_STATES
from services.supervision.domain.clocks import CLOCKS
from services.supervision.domain.lamps import SEVERITY
from shared.case import NEW, STATES, TABLE
from shared.clock import GROUNDS
from shared.schema import (
    BilingualText,
    Day,
    DivisionCode,
    Integer,
    Paged,
    Schema,
    String,
    fields,
    validate,
)

CODE_PATTERN = re.compile(r"[a-z0-9-]+$(?!\n)", re.ASCII)


class CaseHeard(Schema):
    """What is read of every case event."""

    number = fields.String(required=True)
    item = fields.String(required=True)
    department = fields.String(required=True)
    division = fields.String(required=True)
    action = fields.String(required=True)
    state = fields.String(required=True)
    by = fields.String(required=True)
    statutory_days = Integer(required=True)
    promised_days = Integer(required=True)
    acceptance_days = Integer()
    ground = fields.String(allow_none=True)
    reasoned = fields.Boolean(required=True)
    deemed = fields.Boolean(required=True)


class EvaluationHeard(Schema):
    """What is read of an evaluation."""

    service = fields.String(required=True)
    case_number = fields.String(required=True)
    department = fields.String(required=True)
    division = fields.String(required=True)
    item = fields.String(required=True)
    level = Integer(required=True, minimum=1, maximum=5)
    given_on = Day(required=True)


class LampHeard(Schema):
    """What is read of a changed lamp: its record says the rest."""

    lamp = fields.String(required=True)
    department = fields.String(required=True)
    clock = fields.String(required=True)


def code_field(**kwargs: Any) -> String:
    """A department's or an item's code."""
    return String(longest=100, validate=validate.Regexp(CODE_PATTERN), **kwargs)


def _one_of(values: Iterable[str], **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(list(values)), **kwargs)


class Scope(Schema):
    """Whose figures: a division with all that lies in it, and a department; else all."""

    division = DivisionCode()
    department = code_field()


class Lit(Paged):
    """Cases with a lamp of this colour."""

    lamp = _one_of(("yellow", "red"), load_default="red")
    division = DivisionCode()
    department = code_field()


class AlertQuery(Paged):
    state = _one_of(LISTED, load_default="open")
    division = DivisionCode()
    department = code_field()


class AnomalyHeard(Schema):
    """What is read of an anomaly in the exchange."""

    consumer = fields.String(required=True)
    resource = fields.String(required=True)
    department = fields.String(required=True)
    division = fields.String(required=True)
    day = Day(required=True)


class Lamp(Schema):
    n = Integer(required=True, minimum=1)
    clock = _one_of(CLOCKS, required=True)
    was = _one_of(SEVERITY, required=True)
    lamp = _one_of(SEVERITY, required=True)
    due = Day(required=True, allow_none=True)
    on = Day(required=True)
    late = fields.Boolean(required=True)


class CaseSummary(Schema):
    """A supervised case; `since`: the day from which it has shown its lamp."""

    id = fields.String(required=True)
    service = fields.String(required=True)
    number = fields.String(required=True)
    department = fields.String(required=True)
    division = fields.String(required=True)
    item = fields.String(required=True)
    state = _one_of((NEW, *STATES), required=True)
    lamp = _one_of(SEVERITY, required=True)
    since = Day(required=True, allow_none=True)


class Pause(Schema):
    from_day = Day(required=True, data_key="from")
    until = Day(required=True, allow_none=True)
    ground = _one_of(GROUNDS, required=True)


class Move(Schema):
    sequence = Integer(required=True, minimum=1)
    action = _one_of(TABLE, required=True)
    name = BilingualText(required=True)
    state = fields.String(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})
    by = fields.String(required=True, allow_none=True)
    ground = fields.String(required=True, allow_none=True)
    reasoned = fields.Boolean(required=True)
    deemed = fields.Boolean(required=True)


class CaseDetail(CaseSummary):
    """With its clocks (each explained), pauses, the history of its lamps, and its moves."""

    clocks = fields.Dict(keys=fields.String(), required=True)
    pauses = fields.List(fields.Nested(Pause), required=True)
    lamps = fields.List(fields.Nested(Lamp), required=True)
    moves = fields.List(fields.Nested(Move), required=True)
    evaluation = Integer(required=True, allow_none=True)


class Answer(Schema):
    """How a delay came about, and what is done about it."""

    explanation = String(required=True, longest=2000)
    measure = String(required=True, longest=2000)


class Closing(Schema):
    """Whether the superior accepts the answer; if not, it is asked for again."""

    accepted = fields.Boolean(required=True)
    opinion = String(required=True, longest=2000)


class Answered(Answer):
    by = fields.String(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})


class Closed(Closing):
    by = fields.String(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})


class Alert(Schema):
    """A warning (before a deadline), an escalation (after it), or an anomaly in the exchange: case
    is the anomaly, number the consumer, item the resource; it has no clock."""

    id = fields.String(required=True)
    kind = _one_of(ALL_KINDS, required=True)
    case = fields.String(required=True)
    service = fields.String(required=True)
    number = fields.String(required=True)
    department = fields.String(required=True)
    division = fields.String(required=True)
    to_division = fields.String(required=True)
    item = fields.String(required=True)
    clock = _one_of(CLOCKS, required=True, allow_none=True)
    clock_name = BilingualText(required=True, allow_none=True)
    due = Day(required=True, allow_none=True)
    on = Day(required=True)
    state = _one_of(ALERT_STATES, required=True)
    answer = fields.Nested(Answered, required=True, allow_none=True)
    closing = fields.Nested(Closed, required=True, allow_none=True)
    version = Integer(required=True, minimum=1)
