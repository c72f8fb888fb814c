from __future__ import annotations

from collections import Counter

import orjson

from services.catalogue.domain.places import DIVISIONS
from services.catalogue.domain.rows import Reader, Row
from services.catalogue.generate_items import CITY_LEVEL, FAULTS, PROVINCIAL, spoilt
from shared.division import departments


def test_real_size() -> None:
    """The file has the real size, every row is good but those that were spoilt, rule by rule."""
    reader = Reader(DIVISIONS, {d.code for d in departments()})
    read = [reader.read(orjson.dumps(row)) for row in spoilt(len(FAULTS), 7)]
    assert len(read) == PROVINCIAL + CITY_LEVEL
    faults = [r[0].rule for r in read if not isinstance(r, Row)]
    assert Counter(faults) == Counter(rule for rule, _ in FAULTS)
