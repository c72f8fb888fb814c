"""Grants that were issued before they ended by themselves are found after their last day.

Guarantees: can be repeated. Does not: end anything (the service does).
"""

from __future__ import annotations

from shared.documents import Storage


def forwards(store: Storage) -> None:
    """Each active grant gets `ends`."""
    for grant in store["grants"].each({"state": "active"}):
        if "ends" not in grant:
            store["grants"].save(grant, {**grant, "ends": grant["until_day"]})
