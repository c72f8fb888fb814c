"""The public figures: a page for each department and city."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.feedback.domain import cases, figures
from shared.figures import Books


def _blank(case: Mapping[str, Any]) -> dict[str, Any]:
    return cases.blank(case["_id"], case["service"], case)


BOOKS = Books(blank=_blank, page_of=figures.page_of, page=figures.page)
