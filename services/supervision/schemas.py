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


class Share(Schema):
    """`count` of `of`, and the percentage (None of nothing)."""

    count = Integer(required=True)
    of = Integer(required=True)
    percent = fields.Float(required=True, allow_none=True)


class HandlingDays(Schema):
    """Working days; None where nothing was decided."""

    median = fields.Float(required=True, allow_none=True)
    p90 = Integer(required=True, allow_none=True)
    longest = Integer(required=True, allow_none=True)


class Evaluations(Schema):
    count = Integer(required=True)
    levels = fields.Dict(keys=fields.String(), values=Integer(), required=True)
    satisfied = fields.Nested(Share, required=True)


class OnTime(Schema):
    statutory = fields.Nested(Share, required=True)
    promised = fields.Nested(Share, required=True)


class Figures(Schema):
    volumes = fields.Dict(keys=fields.String(), values=Integer(), required=True)
    decided = Integer(required=True)
    on_time = fields.Nested(OnTime, required=True)
    answered_in_time = fields.Nested(Share, required=True)
    handling_days = fields.Nested(HandlingDays, required=True)
    evaluations = fields.Nested(Evaluations, required=True)


class FiguresOf(Figures):
    code = fields.String(required=True)


class FiguresIn(Figures):
    month = fields.String(required=True)


class Rank(Schema):
    """None: too few decisions to be ranked."""

    code = fields.String(required=True)
    rank = Integer(required=True, allow_none=True)
    score = fields.Float(required=True, allow_none=True)
    decided = Integer(required=True)
    indicators = fields.Dict(keys=fields.String(), required=True)


class Rule(Schema):
    indicator = fields.String(required=True)
    weight = Integer(required=True)
    title = BilingualText(required=True)


class Ranking(Schema):
    definition = BilingualText(required=True)
    rules = fields.List(fields.Nested(Rule), required=True)
    departments = fields.List(fields.Nested(Rank), required=True)
    divisions = fields.List(fields.Nested(Rank), required=True)


class Report(Schema):
    """A month of a division's subtree. online_rate: as the catalogue publishes it; None: it could
    not be asked just now."""

    month = fields.String(required=True)
    division = fields.String(required=True)
    division_name = BilingualText(required=True)
    department = fields.String(required=True, allow_none=True)
    definition = BilingualText(required=True)
    totals = fields.Nested(Figures, required=True)
    departments = fields.List(fields.Nested(FiguresOf), required=True)
    divisions = fields.List(fields.Nested(FiguresOf), required=True)
    items = fields.List(fields.Nested(FiguresOf), required=True)
    trend = fields.List(fields.Nested(FiguresIn), required=True)
    ranking = fields.Nested(Ranking, required=True)
    online_rate = fields.Dict(required=True, allow_none=True)


class Nothing(Schema):
    """No field of the data is read."""
