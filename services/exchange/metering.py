"""What the exchange counts for its operators (`shared.metrics`).

Guarantees: outcomes, kinds and nodes only. Does not: replace the log of evidence, which is exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from shared import metrics

KINDS = ("query", "verify", "batch", "subscribe", "unsubscribe", "notice")
USES = metrics.counter("exchange_uses", "Uses in the log of evidence", "kind", "outcome")
PAGES = metrics.counter("exchange_pages", "Pages of evidence", "outcome")
PAGE_SECONDS = metrics.histogram("exchange_page_seconds", "Until a page of evidence is written")
ASKED = metrics.counter("exchange_provider_requests", "Orders to nodes", "node", "outcome")
BREAKERS = metrics.gauge("exchange_breakers_open", "Systems that are left alone for failing")


def written(records: Sequence[Mapping[str, Any]], seconds: float) -> None:
    """Count a page with these records."""
    PAGES.labels("written").inc()
    PAGE_SECONDS.observe(seconds)
    for (kind, outcome), number in Counter(map(_use, records)).items():
        USES.labels(kind, outcome).inc(number)


def _use(record: Mapping[str, Any]) -> tuple[str, str]:
    kind = record["kind"] if record["kind"] in KINDS else metrics.OTHER
    return kind, str(record["outcome"]).partition(":")[0]
