"""The case (办件): one application for one item, its life as one table (pure).

Guarantees: what `table`, `moving`, `clocks` and `telling` guarantee; this is their front door.
"""

from shared.case.clocks import acceptance_days, deadlines, pauses
from shared.case.moving import last_day, moved, opened
from shared.case.table import (
    NEW,
    ON_THE_DESK,
    PARTICIPLES,
    STATES,
    SYSTEM,
    TABLE,
    Case,
    Move,
    legal_move,
    legal_moves,
    open_to,
)
from shared.case.telling import event_of, events_of, last_event, move_of, told

__all__ = [
    "NEW",
    "ON_THE_DESK",
    "PARTICIPLES",
    "STATES",
    "SYSTEM",
    "TABLE",
    "Case",
    "Move",
    "acceptance_days",
    "deadlines",
    "event_of",
    "events_of",
    "last_day",
    "last_event",
    "legal_move",
    "legal_moves",
    "move_of",
    "moved",
    "open_to",
    "opened",
    "pauses",
    "told",
]
