from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.catalogue.domain.places import DIVISIONS
from services.catalogue.domain.rows import Reader, Row
from services.catalogue.tests.samples import row
from shared.division import departments


def reader() -> Reader:
    return Reader(DIVISIONS, {d.code for d in departments()})


def told(read: Any) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.rule) for fault in read]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (None, [("", "line-too-long")]),
        (b"{", [("", "json")]),
        (b"[]", [("", "json")]),
        (b"\xff\xfe", [("", "json")]),
        (orjson.dumps(row(division="439999")), [("/division", "division-unknown")]),
        (orjson.dumps(row(department="astrology")), [("/department", "department-unknown")]),
        (orjson.dumps(row(colour="red")), [("/colour", "unknown")]),
        (orjson.dumps(row(fee="1")), [("/fee", "type")]),
        (orjson.dumps(row(code={"$gt": ""})), [("/code", "type")]),
        (orjson.dumps(row(promised_days=30)), [("/promised_days", "promised-within-statutory")]),
        (
            orjson.dumps(row(fee=1, complaint_phone="0731-88880001")),
            [("/fee_basis", "fee-has-basis"), ("/complaint_phone", "phones-differ")],
        ),
    ],
)
def test_faults(line: bytes | None, expected: list[tuple[str, str]]) -> None:
    """Each fault names its field and rule; all faults of a row are told."""
    assert told(reader().read(line)) == expected


def test_fault_after_good_rows() -> None:
    """What is remembered of good rows lets nothing wrong through."""
    given = reader()
    assert isinstance(given.read(orjson.dumps(row())), Row)
    assert isinstance(given.read(orjson.dumps(row(division="430200"))), Row)
    missing = {k: v for k, v in row(division="430300").items() if k != "name"}
    assert told(given.read(orjson.dumps(missing))) == [("/name", "required")]
    assert told(given.read(orjson.dumps(row(division="430300", x=1)))) == [("/x", "unknown")]
    assert told(given.read(orjson.dumps(row(fee=1)))) == [("/fee_basis", "fee-has-basis"),
                                                          ("/code", "repeated")]  # fmt: skip


def test_defaults() -> None:
    """A row without its optional fields says the same as one that spells out the defaults."""
    spelt = reader().read(orjson.dumps(row()))
    defaults = ("materials", "fee", "fee_basis", "visits_reason", "effective_until")
    short = {k: v for k, v in row().items() if k not in defaults}
    given = reader()
    given.read(orjson.dumps(row(division="430200")))
    assert given.read(orjson.dumps(short)) == spelt
    assert reader().read(orjson.dumps(short)) == spelt
