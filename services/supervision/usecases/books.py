"""The figures of supervision: a page for each department, division and month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.supervision.domain import figures, record
from shared.figures import Books


def _blank(case: Mapping[str, Any]) -> dict[str, Any]:
    return record.blank(case["_id"], case["service"], case)


BOOKS = Books(blank=_blank, page_of=figures.page_of, page=figures.page)
