"""How long names are held."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enterprise.domain import tenure

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


def name(**given_):
    return {
        "state": "reserved",
        "case": "c",
        "until": NOW + timedelta(days=1),
        "used_by": None,
        "used_until": NOW,
        **given_,
    }


def states(**given_):
    return given_.get


@given(st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)), st.integers(0, 60))
def test_months(moment, months):
    """Months later is that many months on, never a later day of the month."""
    later = tenure.months_later(moment, months)
    assert (later.year * 12 + later.month) - (moment.year * 12 + moment.month) == months
    assert later.day <= moment.day and later.time() == moment.time()


def test_month_end():
    """The last day of a short month stands for a day it does not have."""
    assert tenure.months_later(datetime(2026, 12, 31), 2) == datetime(2027, 2, 28)


@pytest.mark.parametrize(
    ("given_", "known", "stands"),
    [
        ({"state": "registered", "until": NOW}, {}, True),
        ({}, {}, True),
        ({"until": NOW}, {}, False),
        ({"until": NOW, "used_by": "e"}, {"e": "processing"}, True),
        ({"until": NOW, "used_by": "e"}, {"e": "withdrawn"}, False),
        ({"until": NOW, "used_by": "e", "used_until": NOW + tenure.LEASE}, {}, True),
        ({"until": NOW, "used_by": "e", "used_until": NOW}, {}, False),
        ({"state": "held", "until": NOW}, {}, False),
        ({"state": "held", "until": NOW}, {"c": "approved"}, True),
        ({"state": "held", "until": NOW}, {"c": "draft"}, False),
        ({"state": "released", "until": NOW}, {"c": "closed"}, False),
        ({"state": "released"}, {}, True),
    ],
)
def test_stands(given_, known, stands):
    """A name keeps others away while it is held, reserved, used, registered or just given up."""
    assert tenure.stands(name(**given_), NOW, states(**known)) is stands
