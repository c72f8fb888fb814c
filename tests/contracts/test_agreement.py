"""The measure itself: which readers agree with which publishers."""

from typing import Any

import pytest
from marshmallow import EXCLUDE, ValidationError

from shared.schema import Day, Integer, Schema, String, fields
from tests.contracts.agreement import faults, least, sample


class Inner(Schema):
    a = fields.String(required=True)
    b = Integer()


class Publisher(Schema):
    text = fields.String(required=True)
    day = Day(required=True, allow_none=True)
    number = Integer()
    inner = fields.Nested(Inner, required=True)
    many = fields.List(fields.Nested(Inner), required=True)
    tree = fields.Dict(required=True)


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        ({"text": fields.String(required=True)}, 0),
        ({"text": String(longest=9)}, 0),
        ({"day": fields.String(allow_none=True)}, 0),
        ({"day": Day(allow_none=True), "number": Integer()}, 0),
        ({"number": fields.Raw()}, 0),
        ({"inner": fields.Nested(Schema.from_dict({"a": fields.String()}))}, 0),
        ({"many": fields.List(fields.Nested(Schema.from_dict({"a": fields.String()})))}, 0),
        ({"inner": fields.Dict(), "tree": fields.Dict()}, 0),
        ({"other": fields.String()}, 1),
        ({"number": Integer(required=True)}, 1),
        ({"day": Day()}, 1),
        ({"text": Day()}, 1),
        ({"text": Integer()}, 1),
        ({"number": fields.String()}, 1),
        ({"number": fields.Boolean()}, 1),
        ({"inner": fields.Nested(Schema.from_dict({"c": fields.String()}))}, 1),
        ({"many": fields.List(fields.String())}, 1),
        ({"text": fields.List(fields.String())}, 1),
    ],
)
def test_faults(reads: dict[str, Any], expected: int) -> None:
    """A reader may know less and be more lenient, never know more or be stricter."""
    reader = Schema.from_dict(reads)(unknown=EXCLUDE)
    found = list(faults(reader, Publisher()))
    assert len(found) == expected, found


def test_samples() -> None:
    """Samples are what the schema takes, the fullest and the least."""
    for made in (sample, least):
        assert Publisher().validate(made(Publisher())) == {}
    assert least(Publisher()).keys() == Publisher().fields.keys() - {"number"}
    with pytest.raises(ValidationError):
        Publisher().load({})
