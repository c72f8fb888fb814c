"""What supervision counts for operators (`shared.metrics`): moves of cases, and lamps by colour.

Guarantees: departments, actions, clocks and colours only. Does not: tell repeats from first
deliveries; the figures of the service do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from shared import metrics
from shared.documents import Storage
from shared.events import Event

MOVES = metrics.counter("case_moves", "Moves of cases heard", "department", "action")
CHANGES = metrics.counter("lamp_changes", "Changes of lamps", "department", "clock", "lamp")
LIT = metrics.gauge("lit_cases", "Open cases whose lamp is not green", "lamp")
WHOLE = "{}:*:430000"
"""What a record with that lamp is found by in the whole province."""


def moved(events: Sequence[Event]) -> None:
    """Count the moves that `events` tell."""
    told = Counter((event.data["department"], event.data["action"]) for event in events)
    for labels, number in told.items():
        MOVES.labels(*labels).inc(number)


def changed(events: Sequence[Event]) -> None:
    """Count the changes of lamps that `events` tell."""
    names = ("department", "clock", "lamp")
    told = Counter(tuple(event.data[name] for name in names) for event in events)
    for labels, number in told.items():
        CHANGES.labels(*labels).inc(number)


def look(store: Storage) -> None:
    """Count the cases whose lamp is yellow or red now."""
    for lamp in ("yellow", "red"):
        LIT.labels(lamp).set(store["cases"].count({"lit": WHOLE.format(lamp)}))
