"""The query of GET requests: which requests an Open311 client asks for.

Guarantees, and errors: as `reading`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from services.feedback.domain.open311.reading import FIRST_YEAR, LAST_YEAR, fault, refuse
from shared.errors import FieldError

SPAN = timedelta(days=90)
MOST = 1000
"""GeoReport v2, Response Volume: 90 days or the first 1000 requests, whichever is smaller."""
PAGE_SIZE = 50
STATUSES = ("open", "closed")


class Wanted(NamedTuple):
    """Which requests are asked for. ids: those alone, all else is ignored."""

    ids: Sequence[str]
    codes: Sequence[str]
    statuses: Sequence[str]
    start: datetime
    end: datetime
    page: int
    page_size: int


def wanted(query: Mapping[str, str], now: datetime) -> Wanted:
    """The query of GET requests as it is meant."""
    faults: list[FieldError] = []
    start, end = _span(query, now, faults)
    statuses = _list(query.get("status"))
    if set(statuses) - set(STATUSES):
        faults.append(fault("status", "status 应为 open 或 closed", "must be open or closed"))
    page = _whole(query, "page", 1, 10_000, faults)
    size = _whole(query, "page_size", PAGE_SIZE, MOST, faults) if _paged(query) else MOST
    ids = _list(query.get("service_request_id"))
    if len(ids) > MOST:
        faults.append(fault("service_request_id", f"最多 {MOST} 个", f"at most {MOST}"))
    refuse(faults)
    codes = _list(query.get("service_code"))
    return Wanted(ids, codes, statuses, start, end, page, size)


def _paged(query: Mapping[str, str]) -> bool:
    return bool(query.get("page") or query.get("page_size"))


def _list(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _whole(
    query: Mapping[str, str], name: str, default: int, most: int, faults: list[FieldError]
) -> int:
    text = query.get(name) or str(default)
    if re.fullmatch(r"\d{1,6}", text, re.ASCII) and 1 <= int(text) <= most:
        return int(text)
    faults.append(fault(name, f"{name} 应在 1 与 {most} 之间", f"must be from 1 to {most}"))
    return default


def _span(
    query: Mapping[str, str], now: datetime, faults: list[FieldError]
) -> tuple[datetime, datetime]:
    start, end = (_moment(query.get(name), name, faults) for name in ("start_date", "end_date"))
    if start and end and not timedelta(0) <= end - start <= SPAN:
        faults.append(
            fault(
                "start_date",
                "start_date 与 end_date 之间不得超过 90 天，且不得倒置",
                "start_date and end_date must be in order and at most 90 days apart",
            )
        )
    if start is None:
        end = end or now
        start = end - SPAN
    return start, end or min(start + SPAN, now)


def _moment(text: str | None, name: str, faults: list[FieldError]) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo and FIRST_YEAR <= moment.year <= LAST_YEAR:
            return moment
    except ValueError:
        pass
    faults.append(
        fault(
            name,
            f"{name} 应为带时区的时间，如 2010-01-01T00:00:00Z",
            "must be a W3C date and time with an offset, such as 2010-01-01T00:00:00Z",
        )
    )
    return None
