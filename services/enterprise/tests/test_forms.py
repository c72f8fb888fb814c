"""The forms: their examples load, and what is wrong is named by field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enterprise import items
from services.enterprise.events import PUBLISHES, RULED, licence_event
from services.enterprise.tests.affairs import NOON
from shared.errors import Invalid
from shared.openapi import json_schema
from shared.schema import load

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@pytest.mark.parametrize("item", items.ITEMS, ids=lambda item: item.code)
def test_example(item):
    """The example of every item loads, and its form has a JSON Schema."""
    load(item.form(), dict(item.example))
    assert json_schema(item.form)["properties"]
    assert item.announcement(json_schema)["code"] == item.code


@given(field=st.sampled_from(sorted(items.ESTABLISHMENT.example)), value=JSON)
def test_anything(field, value):
    """Any JSON value in any field is loaded or refused by name; nothing else happens."""
    try:
        load(items.ESTABLISHMENT.form(), {**items.ESTABLISHMENT.example, field: value})
    except Invalid as refusal:
        assert all(error.pointer.startswith(f"/{field}") for error in refusal.errors)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("owners", 0, "identity"), "430104199001010018"),
        (("owners", 0, "amount"), 1.5),
        (("owners", 0, "amount"), "100"),
        (("owners", 0, "share"), 10**30),
        (("owners", 0, "due"), "9999-99-99"),
        (("representative", "phone"), "12345"),
        (("materials", 0, "digest"), "Z" * 64),
        (("registered_capital",), -1),
        (("reservation",), {"$gt": ""}),
    ],
)
def test_refused(path, value):
    """A faulty value is named by its pointer."""
    import copy

    form = copy.deepcopy(dict(items.ESTABLISHMENT.example))
    at = form
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(Invalid) as caught:
        load(items.ESTABLISHMENT.form(), form)
    assert caught.value.errors[0].pointer == "/" + "/".join(map(str, path))


def test_published():
    """What is published fits its schema."""
    found = {
        "number": "91430104MA4L000017-1",
        "holder": {"code": "91440300708461136T"},
        "status": "revoked",
        "issued_on": "2026-03-02",
        "rulings": [{}],
    }
    told = licence_event(RULED, found, NOON)
    assert PUBLISHES[RULED].schema().validate(told["data"]) == {} and told["sequence"] == 2
