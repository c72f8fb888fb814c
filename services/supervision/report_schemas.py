"""What the monthly report answers: figures, trends and the ranking."""

from __future__ import annotations

from shared.schema import (
    BilingualText,
    Integer,
    Schema,
    fields,
)


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
