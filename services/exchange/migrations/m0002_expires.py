"""Reports of changes that were kept for good are found when their time has passed.

Guarantees: can be repeated. Does not: remove anything (the service does).
"""

from __future__ import annotations

from services.exchange.usecases.telling import expires
from shared.documents import Storage


def forwards(store: Storage) -> None:
    """Each report gets `expires`."""
    for report in store["reports"].each({}):
        if "expires" not in report:
            store["reports"].save(report, {**report, "expires": expires(report["at"])})
