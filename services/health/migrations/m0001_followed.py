"""Who was registered before qualifications were followed, is followed as well.

Guarantees: can be repeated; whoever is followed twice because of that is told of once.
Does not: follow anybody (the service does).
"""

from __future__ import annotations

from services.health.domain.practitioners import IN_FORCE
from shared.documents import Storage


def forwards(store: Storage) -> None:
    """Each entry in force waits to be followed."""
    for entry in store["practitioners"].each({}):
        if entry["status"] in IN_FORCE and "unfollowed" not in entry:
            store["practitioners"].save(entry, {**entry, "unfollowed": True})
